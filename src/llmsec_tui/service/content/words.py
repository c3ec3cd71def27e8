"""One text as one view shows it."""

from functools import lru_cache

import msgspec

from llmsec_tui.access import ContentLevel
from llmsec_tui.incidents.keys import parts
from llmsec_tui.masking import redact
from llmsec_tui.service.content.kinds import Kind
from llmsec_tui.service.content.view import View
from llmsec_tui.store.pseudonyms import ADDRESS, USER, Pseudonyms

_PEOPLE = {"user_id": USER, "source_ip": ADDRESS}
"""Fields of events by which people are known."""
_ELLIPSIS = "…"
_SHORT = 2_048
"""Longer texts are not asked for every second, and are not kept."""
_FEWEST_NAME_CHARS = 3
_KEPT = 8_192


def forget() -> None:
    """Remember no text that was masked before."""
    _short.cache_clear()


def hidden(characters: int) -> str:
    """What stands for a text that is not shown."""
    if not characters:
        return ""
    return "‹hidden: 1 character›" if characters == 1 else f"‹hidden: {characters:,} characters›"


class Words:
    """Shows texts to one view."""

    def __init__(self, view: View, pseudonyms: Pseudonyms) -> None:
        self.view = view
        self._pseudonyms = pseudonyms

    def shown(self, text: str, kind: Kind, *, user: str = "") -> str:
        """A text of a kind; ``user`` is who it is about, where that is known."""
        match kind:
            case Kind.PLAIN | Kind.OWN:
                return text
            case Kind.USER:
                return self.person(text)
            case Kind.KEY:
                return self._key(text)
            case Kind.GROUP:
                return self._group(text)
            case Kind.NOTE:
                return text if self.view.level is ContentLevel.FULL else _redacted(text)
            case Kind.FILLED if not self.view.identities:
                return hidden(len(text))
            case Kind.FILLED:
                return text if self.view.level is ContentLevel.FULL else _redacted(text)
            case _:
                return self._quoting(text, user)

    def text(
        self, text: str, *, user: str = "", length: int = 0, cut_start: bool = False, cut_end: bool = False
    ) -> str:
        """What people or models wrote. ``length`` is that of the whole, where this is a part that was cut out of it."""
        match self.view.level:
            case ContentLevel.FULL:
                return self._nameless(text, user)
            case ContentLevel.HIDDEN:
                return hidden(max(length, len(text)))
            case _:
                return self._nameless(_redacted(text, cut_start=cut_start, cut_end=cut_end), user)

    def person(self, name: str, field: str = "user_id") -> str:
        """A user, or another thing that people are known by."""
        return name if self.view.identities or not name else self._pseudonyms.of(name, _PEOPLE.get(field, USER))

    def _quoting(self, text: str, user: str) -> str:
        """A sentence that quotes a log: where it leaves something out, a word may have been cut in two."""
        if self.view.level is not ContentLevel.REDACTED or _ELLIPSIS not in text:
            return self.text(text, user=user)
        first, *rest = text.split(_ELLIPSIS)
        last = len(rest) - 1
        return _ELLIPSIS.join(
            (
                self.text(first, user=user, cut_end=True),
                *(self.text(one, user=user, cut_start=True, cut_end=place < last) for place, one in enumerate(rest)),
            )
        )

    def _nameless(self, text: str, user: str) -> str:
        if self.view.identities or len(user) < _FEWEST_NAME_CHARS or user not in text:
            return text
        return text.replace(user, self.person(user))

    def _key(self, key: str) -> str:
        if self.view.identities:
            return key
        if parts(key).word != USER:
            return key
        app, _, name = key.partition("|")
        return f"{app}|{self.person(name)}"

    def _group(self, group: str) -> str:
        if self.view.is_whole:
            return group
        try:
            values = msgspec.json.decode(group, type=dict[str, object])
        except msgspec.DecodeError:
            return hidden(len(group))
        return msgspec.json.encode({name: self._of_group(name, value) for name, value in values.items()}).decode()

    def _of_group(self, name: str, value: object) -> object:
        if not isinstance(value, str):
            return value
        return self.person(value, name) if name in _PEOPLE else self.shown(value, Kind.NOTE)


def _redacted(text: str, *, cut_start: bool = False, cut_end: bool = False) -> str:
    if len(text) <= _SHORT:
        return _short(text, cut_start, cut_end)
    return redact(text, cut_start=cut_start, cut_end=cut_end)


@lru_cache(_KEPT)
def _short(text: str, cut_start: bool, cut_end: bool) -> str:
    return redact(text, cut_start=cut_start, cut_end=cut_end)
