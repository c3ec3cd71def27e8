"""What a remedy does for one incident: its placeholders filled in so that nothing out of a log is more than a value.

A value that could be taken for something else is not filled in, and the remedy cannot be run: one that begins like an
option, leads to another path, names the host of an address, is read by a shell, or does not look like what it is.
"""

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import PurePath
from urllib.parse import quote, urlsplit

import msgspec

from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.placeholders import FIELDS, fields, pieces
from llmsec_tui.incidents.policy import Remedy
from llmsec_tui.incidents.states import RunState
from llmsec_tui.incidents.task_acts import REHEARSED_FOR
from llmsec_tui.text import visible

Values = Mapping[str, Sequence[str]]
"""What an incident has for each placeholder, each value once."""

_MOST_CHARS = 4_096
_REFERENCES = ("file:", "env:")
_SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh", "fish", "busybox"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A remedy as it is run for one incident."""

    name: str
    command: tuple[str, ...]
    rehearsal: tuple[str, ...]
    """Empty when a rehearsal runs nothing."""
    url: str
    method: str
    headers: Mapping[str, str]
    """Values that are ``file:/path`` or ``env:NAME`` are still that."""
    timeout: int
    missing: tuple[str, ...]
    """Why it cannot be run, a few words each; empty when it can."""
    what: str
    """For people: the command or the request. Without values of headers and passwords."""
    tried: str
    """For people: what a rehearsal does."""
    digest: str
    """SHA-256 of all the above, in hexadecimal digits."""


def values(incident: Incident, found: Values) -> Values:
    """What can be filled in; ``found`` is what the store has of its alerts: user_id, app and the like."""
    own = {
        "incident_id": [incident.incident_id],
        "level": [incident.level],
        "title": [incident.title],
        "rule_id": sorted(incident.rules),
    }
    return {name: own[name] if name in own else list(found.get(name, ())) for name in FIELDS}


def fill(remedy: Remedy, known: Values) -> Filled:
    """The remedy with everything filled in; what cannot be is told in ``missing`` and stays as it is written."""
    filling = _Filling(known)
    command = filling.command(remedy.command)
    rehearsal = filling.command(remedy.rehearsal)
    url = filling.text(remedy.url, _encoded, _unfit_in_url)
    headers = {name: filling.header(value) for name, value in remedy.headers.items()}
    what = shlex.join(command) if command else _request(remedy.method, url, headers)
    tried = shlex.join(rehearsal) if rehearsal else f"Nothing is run. It would be: {what}"
    whole = (remedy.name, command, rehearsal, url, remedy.method, sorted(headers.items()), remedy.timeout)
    return Filled(
        name=remedy.name,
        command=command,
        rehearsal=rehearsal,
        url=url,
        method=remedy.method,
        headers=headers,
        timeout=remedy.timeout,
        missing=tuple(filling.missing),
        what=what,
        tried=tried,
        digest=sha256(msgspec.json.encode(whole)).hexdigest(),
    )


def rehearsed_at(incident: Incident, digest: str, now: int) -> int | None:
    """When exactly this was last rehearsed well for the incident, if that was within the last hour."""
    ends = [
        run.ended_at
        for run in incident.runs
        if run.rehearsal and run.digest == digest and run.state is RunState.DONE and run.ended_at is not None
    ]
    latest = max(ends, default=None)
    return latest if latest is not None and now - latest <= REHEARSED_FOR else None


def summary(incident: Incident, known: Values, *, remedy: str, run: int, rehearsal: bool) -> bytes:
    """What a command finds on its standard input and a webhook in its body: JSON, with no text out of a log's content.

    Of each placeholder it has all values, so that a command can deal with more than one.
    """
    told = {
        "remedy": remedy,
        "run": run,
        "rehearsal": rehearsal,
        "incident": {
            "incident_id": incident.incident_id,
            "title": incident.title,
            "level": incident.level,
            "state": incident.state,
            "owner": incident.owner,
            "opened_at_us": incident.opened_at,
            "n_alerts": incident.n_alerts,
            "rules": incident.rules,
        },
        "values": {name: [_encodable(value) for value in known[name]] for name in known},
    }
    return msgspec.json.encode(told)


def unsafe(command: Sequence[str]) -> str:
    """Why placeholders may not stand where they stand in this command; empty when they may."""
    if command and fields(command[0]):
        return "the program to run may not be filled in"
    for before, argument in enumerate(command[1:]):
        is_script = command[before].startswith("-") and command[before].endswith("c")
        if is_script and fields(argument) and any(PurePath(part).name in _SHELLS for part in command[:before]):
            return "a shell would read what is filled in as commands; give it as an argument of its own"
    return ""


@dataclass(slots=True)
class _Filling:
    known: Values
    missing: dict[str, None] = field(default_factory=dict)
    """In the order in which they were missed, each once."""

    def command(self, template: Sequence[str]) -> tuple[str, ...]:
        if why := unsafe(template):
            self.missing[why] = None
        return tuple(self.text(argument, str, _unfit_in_argument) for argument in template)

    def header(self, template: str) -> str:
        return template if template.startswith(_REFERENCES) else self.text(template, str, _unfit_in_header)

    def text(self, template: str, written: Callable[[str], str], unfit: Callable[[str, str], str]) -> str:
        made = ""
        for literal, name in pieces(template):
            made += literal
            if name:
                value = self._value(name, made, unfit)
                made += f"{{{name}}}" if value is None else written(value)
        return made

    def _value(self, name: str, before: str, unfit: Callable[[str, str], str]) -> str | None:
        found = [value for value in self.known.get(name, ()) if value]
        if len(found) != 1:
            self.missing[name if not found else f"{name} (there is more than one)"] = None
            return None
        [value] = found
        if why := _unfit(value) or unfit(value, before):
            self.missing[f"{name} ({why})"] = None
            return None
        return value


def _unfit(value: str) -> str:
    if len(value) > _MOST_CHARS:
        return f"it has more than {_MOST_CHARS} characters"
    # Whoever looks at the rehearsal must see what will be run.
    return "it holds characters that cannot be seen" if visible(value) != value else ""


def _unfit_in_argument(value: str, before: str) -> str:
    if not before and value.startswith("-"):
        return "it begins like an option"
    if before.endswith("/") and ("/" in value or value in (".", "..")):
        return "it leads to another path"
    return ""


def _unfit_in_url(value: str, before: str) -> str:
    place = before.partition("://")[2]
    if "/" not in place and "?" not in place:
        return "it would name the host"
    return "it leads to another path" if value in (".", "..") else ""


def _unfit_in_header(value: str, before: str) -> str:
    return ""


def _encoded(value: str) -> str:
    return quote(value, safe="")


def _encodable(value: str) -> str:
    return value.encode("utf-8", "replace").decode()


def _request(method: str, url: str, headers: Iterable[str]) -> str:
    named = sorted(headers)
    return f"{method} {_without_password(url)}" + (f" with {', '.join(named)}" if named else "")


def _without_password(url: str) -> str:
    place = urlsplit(url).netloc
    user, at, host = place.rpartition("@")
    return url.replace(place, f"…@{host}", 1) if at and user else url
