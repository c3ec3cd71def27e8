"""Find the addresses in a text: their hosts, and whether somebody's client fetches them without being asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from itertools import islice
from socket import inet_aton, inet_ntoa

import re2

_URL = re2.compile(
    r"""(?i)(?:\bh(?:tt|xx)ps?|\bs?ftps?|\bwss?)(?:\[:\]|:)(?:\\?/){2}((?:[^\s"'<>\\`]|\\/)+)"""
    r"""|\]\(\s?<?//((?:[^\s"'<>\\`]|\\/)+)|(?:src|href)\s?=\s?\\?["']?//((?:[^\s"'<>\\`]|\\/)+)"""
)
_MOST = 5_000
"""Addresses of one text that are looked at."""
_LONGEST = 8_192
_BEFORE = 320
"""Characters in which the beginning of an element is looked for."""
_LONGEST_HOST = 253
_FETCHED = frozenset(
    (
        *("img", "iframe", "frame", "script", "link", "object", "embed", "video", "audio", "source", "track"),
        *("input", "body", "table", "td", "image", "meta", "svg", "use", "style", "picture", "portal"),
    )
)
"""Elements of HTML that load what they name."""
_DEFANGED = (("[.]", "."), ("(.)", "."), ("{.}", "."), ("[dot]", "."), ("(dot)", "."), ("[:]", ":"))
_TRAILING = ".,;:!?*_~"


class Way(StrEnum):
    """How an address stands in a text, and so what it takes for its host to learn of it."""

    FETCHED = "fetched"
    """An image or another element that is loaded when it is shown."""
    LINKED = "linked"
    """Behind words that somebody may follow."""
    BARE = "bare"
    """As it is; clients may make a link or a preview of it, and a tool calls it."""


@dataclass(frozen=True, slots=True)
class Link:
    """An address in a text."""

    start: int
    """In characters; ``end`` is exclusive."""
    end: int
    way: Way
    host: str
    """In lower case and ASCII (IDNA); of a number, the address that it means."""
    rest: str
    """What stands behind host and port."""


def links(text: str) -> Iterator[Link]:
    """The addresses in a text, in order."""
    has_reference_images = "![" in text and "][" in text
    for match in islice(_URL.finditer(text), _MOST):
        group = next(number for number in (1, 2, 3) if match.group(number) is not None)
        start, end = match.start(), match.end()
        before = text[max(start - _BEFORE, 0) : start] + text[start : match.start(group)] * (group > 1)
        way, closes = _way(before, has_reference_images)
        body = _trimmed(match.group(group)[:_LONGEST], closes).replace("\\/", "/")
        if not (host := _host(body)):
            continue
        rest = body[len(_authority(body)) :]
        yield Link(start, min(end, match.start(group) + len(match.group(group))), way, host, rest)


def _way(before: str, has_reference_images: bool) -> tuple[Way, str]:
    """How the address behind this text stands, and the character that closes it."""
    near = before.rstrip("<\"'\\/ \t")
    if near.endswith("]("):
        opened = near.rfind("[", 0, -2)
        nested = near.rfind("![", 0, max(opened, 0) + 1)
        return (Way.FETCHED if nested >= 0 and nested == opened - 1 else Way.LINKED), ")"
    if near.endswith("]:"):
        return (Way.FETCHED if has_reference_images else Way.LINKED), ""
    if near[-4:].lower() == "url(":
        return Way.FETCHED, ")"
    tag = before.rfind("<")
    if tag >= 0 and ">" not in before[tag:]:
        words = before[tag + 1 :].split(None, 1)
        name = words[0].lower() if words else ""
        if name in _FETCHED:
            return Way.FETCHED, ""
        if name == "a":
            return Way.LINKED, ""
    if near[-1:] == "(":
        return Way.BARE, ")"
    return Way.BARE, ""


def _trimmed(body: str, closes: str) -> str:
    """The address without what ends the sentence, or the element, in which it stands."""
    if closes and (close := body.find(closes)) >= 0 and body.count("(", 0, close) == 0:
        body = body[:close]
    return body.rstrip(_TRAILING)


def _authority(body: str) -> str:
    ends = [place for place in map(body.find, "/?#") if place >= 0]
    return body[: min(ends, default=len(body))]


def _host(body: str) -> str:
    """The host of what stands behind ``//``; empty where there is none."""
    authority = _authority(body)[: 2 * _LONGEST_HOST].rpartition("@")[2].lower()
    for written, meant in _DEFANGED:
        authority = authority.replace(written, meant)
    if authority.startswith("["):
        return _address(authority[1:].partition("]")[0])
    host = authority.partition(":")[0].strip(".").rstrip(")]}>,;")
    if set(host) <= set("0123456789abcdefx.") and (number := _number(host)):
        return number
    return _ascii(host) if "." in host or host == "localhost" else ""


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        return ""


def _number(host: str) -> str:
    """An IPv4 address in any of the ways in which resolvers read them, such as ``0x7f.1`` or ``2130706433``."""
    if not host or not host[0].isdigit():
        return ""
    try:
        return inet_ntoa(inet_aton(host))
    except (OSError, ValueError):
        return ""


def _ascii(host: str) -> str:
    """The host as it goes over the wire; letters that look like others do not look like them there."""
    plain = host
    if not host.isascii():
        try:
            plain = host.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    fits = all(label and set(label) <= _HOST_CHARS for label in plain.split("."))
    return plain if fits and len(plain) <= _LONGEST_HOST else ""


_HOST_CHARS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")
