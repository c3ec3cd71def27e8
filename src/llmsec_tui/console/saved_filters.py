"""Filters of the incident queue that have a name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Saved:
    """One of them."""

    name: str
    text: str
    """As typed after ``/``; ``{user}`` is whoever asks."""

    def filled(self, user: str) -> str:
        return self.text.replace("{user}", user)


SAVED = (
    Saved("open", ""),
    Saved("mine", "owner:{user}"),
    Saved("unowned", "owned:no"),
    Saved("missed", "breached:yes"),
    Saved("pending", "state:pending"),
    Saved("closed", "state:closed"),
    Saved("all", "!state:merged"),
)
BY_NAME = {one.name: one for one in SAVED}


def name_of(text: str, user: str) -> str:
    """What a filter is called; nothing when it is somebody's own."""
    return next((one.name for one in SAVED if one.filled(user) == text), "")


def after(text: str, user: str) -> Saved:
    """The next one to try after the filter in force."""
    texts = [one.filled(user) for one in SAVED]
    return SAVED[(texts.index(text) + 1) % len(SAVED) if text in texts else 0]
