"""The window in which a baseline is pinned, and the command that it becomes."""

from uuid import uuid4

from llmsec_tui.console.forms import Field, Form, Given, Option
from llmsec_tui.service.behaviour.api import PinBaseline

_DAY = 86_400_000_000
_FROM = tuple(Option(str(days), f"{days} days ago") for days in (7, 14, 28, 90))
_TO = (Option("0", "the last hour that is over"), Option("1", "1 day ago"), Option("7", "7 days ago"))


def pinning(version: int) -> Form:
    """Asks for the stretch of time and for the reason; ``version`` is the baseline in force, 0 when there is none."""
    until_now = f"Baseline {version} is in force until now." if version else "There is no baseline until now."
    return Form(
        "Pin what is usual",
        f"{until_now} Everything is held against the new one at once; the old one stays on record.",
        [
            Field("since", "from", options=(Option("", "the beginning"), *_FROM), value="28"),
            Field("until", "to", options=_TO, value="0"),
            Field("note", "reason", "Why is this what is usual?", required=True, complaint="A reason is required."),
        ],
        does="pins it",
        told="Hours with incidents are left out.",
        refuse=_backwards,
    )


def _backwards(given: Given) -> str:
    since, until = given["since"], given["until"]
    return "This ends before it begins." if since and int(since) <= int(until) else ""


def pinned(given: Given, newest: int) -> PinBaseline:
    """The command; days are counted back from ``newest``, in microseconds since 1970."""
    since, until = given["since"], int(given["until"])
    return PinBaseline(
        command_id=uuid4().hex,
        since=max(newest - int(since) * _DAY, 0) if since else 0,
        until=max(newest - until * _DAY, 0) if until else 0,
        note=given["note"],
    )
