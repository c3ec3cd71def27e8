"""Read what a policy says about acting and telling: remedies, channels, routes."""

from collections.abc import Collection, Sequence
from pathlib import PurePosixPath
from typing import Any, get_args
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from llmsec_tui.incidents.changes import Change, Told
from llmsec_tui.incidents.placeholders import FIELDS, fields
from llmsec_tui.incidents.policy import Channel, Quiet, Remedy, Route
from llmsec_tui.incidents.policy_part import Part, near
from llmsec_tui.incidents.states import LEVELS

KINDS = ("apprise", "webhook", "syslog", "exec")
METHODS = ("POST", "PUT", "PATCH", "DELETE", "GET")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CHANGES = tuple(str(change.__struct_config__.tag) for change in get_args(Change) if change is not Told)
"""What people can be told about; that somebody was told is told to nobody."""
LONGEST_RUN = 3_600_000_000
"""Microseconds that a remedy may take."""
_ELSEWHERE = ("file:", "env:")
_INTERPRETERS = frozenset(
    {
        *("sh", "bash", "dash", "ash", "zsh", "ksh", "fish", "busybox"),
        *("python", "perl", "ruby", "node", "php", "lua", "powershell", "pwsh"),
    }
)
_TIMEOUT = 30_000_000


def elsewhere(value: str) -> bool:
    """Whether a value says where the secret is instead of being it."""
    return value.startswith(_ELSEWHERE)


def remedy(part: Part) -> Remedy:
    """One of ``remedies``."""
    part.knows("name", "title", "command", "rehearsal", "url", "method", "headers", "timeout")
    name = part.name()
    if ("command" in part.values) == ("url" in part.values):
        part.complain("value", "a remedy has a 'command' or a 'url', and not both")
    if "url" in part.values:
        for key in part.values.keys() & {"rehearsal"}:
            part.complain("value", f"'{key}' is for commands; a webhook's rehearsal shows the request", key)
    else:
        for key in part.values.keys() & {"method", "headers"}:
            part.complain("value", f"'{key}' goes with a 'url'", key)
    timeout = part.span("timeout", _TIMEOUT)
    if timeout > LONGEST_RUN:
        part.complain("span", "'timeout' is at most 1h", "timeout")
    return Remedy(
        name=name,
        title=part.text("title", name),
        command=_command(part, "command"),
        rehearsal=_command(part, "rehearsal"),
        url=_url(part),
        method=part.choice("method", METHODS, "POST"),
        headers=_headers(part),
        timeout=timeout,
    )


def channel(part: Part) -> Channel:
    """One of ``channels``."""
    part.knows("name", "kind", "target", "command")
    name, kind = part.name(), part.choice("kind", KINDS)
    wanted, other = ("command", "target") if kind == "exec" else ("target", "command")
    if kind in KINDS and other in part.values:
        part.complain("value", f"a channel of kind {kind} has a '{wanted}' and no '{other}'", other)
    target = part.text("target") if wanted == "target" else ""
    if elsewhere(target):
        _reference(part, target, "target")
    elif target and (wrong := _wrong_target(kind, target)):
        part.complain("value", wrong, "target")
    if wanted == "command" and "command" not in part.values:
        part.complain("missing-key", "'command' is missing")
    return Channel(name=name, kind=kind, target=target, command=_command(part, "command", filled=False))


def route(part: Part, channels: Collection[str]) -> Route:
    """One of ``routes``; ``channels`` are the names that there are."""
    part.knows("channels", "levels", "about", "quiet")
    for key in ("channels", "levels", "about"):
        if part.values.get(key) == []:
            part.complain("value", f"with nothing in '{key}' this route tells nobody", key)
    return Route(
        channels=tuple(part.words("channels", channels)),
        levels=frozenset(part.words("levels", LEVELS, LEVELS)),
        about=frozenset(part.words("about", CHANGES)),
        quiet=_quiet(part.part("quiet")) if "quiet" in part.values else None,
    )


def _quiet(part: Part) -> Quiet:
    part.knows("begins", "ends", "zone", "days", "level")
    begins, ends = _minutes(part, "begins"), _minutes(part, "ends")
    if begins == ends and begins is not None:
        part.complain("value", "quiet hours begin and end at different times", "ends")
    zone = part.text("zone", "UTC")
    if zone and zone not in (zones := available_timezones()):
        part.complain("unknown", f"there is no time zone {zone!r}{near(zone, zones)}", "zone")
    return Quiet(
        begins=begins or 0,
        ends=ends or 0,
        zone=zone,
        days=frozenset(DAYS.index(day) for day in part.words("days", DAYS, DAYS) if day in DAYS),
        level=part.choice("level", LEVELS, "critical"),
    )


def _minutes(part: Part, key: str) -> int | None:
    value = part.values.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        part.complain("time", f"put '{key}' in quotes: YAML takes 22:00 for a number", key)
        return None
    written = part.text(key)
    hours, colon, minutes = written.partition(":")
    good = colon and len(hours) in (1, 2) and len(minutes) == 2 and (hours + minutes).isascii()
    if good and (hours + minutes).isdigit() and int(hours) < 24 and int(minutes) < 60:
        return int(hours) * 60 + int(minutes)
    if written:
        part.complain("time", f"'{key}' is a time of day such as \"22:00\"; this is {written!r}", key)
    return None


def _command(part: Part, key: str, *, filled: bool = True) -> tuple[str, ...]:
    if key not in part.values:
        return ()
    if isinstance(part.values[key], str):
        message = f"'{key}' is a list of arguments, as [program, argument, argument]: no shell takes it apart"
        part.complain("shell", message, key)
        return ()
    found = _arguments(part, key)
    if filled:
        for number, argument in enumerate(found):
            _fillable(part, argument, key, number)
        _never_a_program(part, key, found)
    return found


def _arguments(part: Part, key: str) -> tuple[str, ...]:
    listed: Any = part.values[key]
    if not isinstance(listed, list) or not listed:
        part.complain("type", f"'{key}' is a list with a program and its arguments", key)
        return ()
    for number, argument in enumerate(listed):
        if not isinstance(argument, str):
            part.complain("type", "each argument is a text; put this one in quotes", key, number)
        elif "\0" in argument or (number == 0 and not argument):
            part.complain("value", "no program can be given this argument", key, number)
    return tuple(argument if isinstance(argument, str) else "" for argument in listed)


def _never_a_program(part: Part, key: str, command: Sequence[str]) -> None:
    """What a log says may be an argument and never what is run."""
    if not command:
        return
    if "{" in command[0]:
        part.complain("value", "the program itself cannot be filled in from an incident", key, 0)
    for number, argument in enumerate(command[1:], 1):
        if "{" in argument and _is_code(command[:number]):
            message = "what another program reads as code cannot be filled in: pass it as an argument of its own"
            part.complain("shell", message, key, number)


def _is_code(before: Sequence[str]) -> bool:
    """Whether what stands after these is code for an interpreter, as after ``bash -ec`` or ``python3 -c``."""
    flag = before[-1].startswith("-") and before[-1].endswith(("c", "e"))
    return flag and any(PurePosixPath(word).name.rstrip("0123456789.") in _INTERPRETERS for word in before)


def _fillable(part: Part, text: str, *below: str | int) -> None:
    try:
        names = fields(text)
    except ValueError as error:
        part.complain("placeholder", str(error), *below)
        return
    for name in names:
        if name not in FIELDS:
            message = f"an incident has no {{{name}}}{near(name, FIELDS) or '; it has ' + ', '.join(FIELDS)}"
            part.complain("placeholder", message, *below)


def _url(part: Part) -> str:
    if "url" not in part.values:
        return ""
    url = part.text("url")
    _fillable(part, url, "url")
    if url and (wrong := _wrong_address(url)):
        part.complain("value", f"'url' {wrong}", "url")
    return url


def _headers(part: Part) -> dict[str, str]:
    if "headers" not in part.values:
        return {}
    headers = part.part("headers")
    for name, value in headers.values.items():
        if not isinstance(value, str):
            headers.complain("type", "a header is a text; put it in quotes", name)
        elif not (name.isascii() and name.isprintable() and " " not in name and ":" not in name and name):
            headers.complain("value", f"{name!r} is no name of a header", name)
        elif not value.isprintable():
            headers.complain("value", "a header holds no control characters", name)
        elif elsewhere(value):
            _reference(headers, value, name)
        else:
            _fillable(headers, value, name)
    return {name: value for name, value in headers.values.items() if isinstance(value, str)}


def _reference(part: Part, value: str, key: str) -> None:
    kind, _, name = value.partition(":")
    if kind == "file" and not name.startswith("/"):
        part.complain("value", f"'{key}' names a file by its whole path, such as file:/etc/llmsec/token", key)
    if kind == "env" and (not name or "=" in name or not name.isascii() or not name.isprintable() or " " in name):
        part.complain("value", f"'{key}' names a variable of the environment, such as env:TOKEN", key)


def _wrong_address(url: str) -> str:
    try:
        found = urlsplit(url)
    except ValueError:
        return f"is no address: {url!r}"
    if found.scheme not in ("http", "https") or not found.netloc:
        return "begins with https:// or http:// and a host"
    if "{" in found.netloc:
        return "has a host that cannot be filled in from an incident"
    return ""


def _wrong_target(kind: str, target: str) -> str:
    if kind == "webhook" and (wrong := _wrong_address(target)):
        return f"'target' {wrong}, or is file:/path or env:NAME"
    if kind == "apprise" and "://" not in target:
        return "'target' is an Apprise address such as mailto://..., or file:/path or env:NAME"
    if kind == "syslog" and not target.startswith("/"):
        host, _, port = target.rpartition(":")
        if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65_536:
            return "'target' is a socket such as /dev/log, or host:port"
    return ""
