"""Read who may do and see what from a file, strictly; what it leaves out is as it is shipped."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from llmsec_tui.access.actor import ContentLevel, Scope
from llmsec_tui.access.capabilities import CAPABILITIES
from llmsec_tui.access.roles import OWNER, OWNER_NAME, Role, Roles, SessionTimes
from llmsec_tui.detect.sigma.document import Document
from llmsec_tui.detect.sigma.reading import parse, read, text
from llmsec_tui.errors import ConfigError, RuleIssue
from llmsec_tui.incidents.policy_part import Part, near
from llmsec_tui.incidents.states import LEVELS

SHIPPED = Path(__file__).with_name("roles.yml")
"""What holds where nobody decided otherwise."""
_SECTIONS = ("roles", "os_users", "os_groups", "login", "session", "step_up", "four_eyes")
_ROLE_KEYS = ("capabilities", "like", "with", "without", "content", "identities", "apps", "tenants")
_CONDITIONAL = "incidents."
"""Capabilities that four eyes can be asked for by the level of an incident."""
_NAME_CHARS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")
_MOST_NAME = 64
_MINUTE_US = 60_000_000
_DAY_MINUTES = 1_440


class RolesError(ConfigError):
    """A file of roles cannot be used. All that is wrong is reported at once."""

    def __init__(self, issues: list[RuleIssue]) -> None:
        self.issues = issues
        count = "1 problem" if len(issues) == 1 else f"{len(issues)} problems"
        super().__init__(f"The file of roles has {count}:\n" + "\n".join(map(str, issues)))


@cache
def shipped() -> Roles:
    """What holds where nobody decided otherwise."""
    return load()


def load(path: Path | None = None) -> Roles:
    """The roles of a file; None for those that are shipped.

    Raises one RolesError with all that is wrong in it, each with file, line and column.
    """
    own, content = _document(SHIPPED)
    base: dict[str, Any] = {}
    if path is not None and path != SHIPPED:
        given, content = _document(path)
        if not _says_nothing(content):
            own, base = given, own.data
        if own is given and own.data:
            own.data = _over(base, own.data)
    made = _roles(own, base, sha256((content or "").encode()).hexdigest()) if own.data else None
    # A file that is no YAML would only be complained of for all that it lacks.
    if made is None or own.issues:
        raise RolesError(sorted(own.issues, key=lambda issue: (issue.line, issue.column, issue.message)))
    return made


def _document(path: Path) -> tuple[Document, str | None]:
    content = text(path)
    document, *others = read(path) if content is None else parse(path, content)
    for other in others:
        document.issues += [*other.issues]
        document.complain("yaml", "there is another document after this one; a file of roles is one")
    return document, content


def _says_nothing(content: str | None) -> bool:
    """Whether a file that can be read holds comments at most."""
    return content is not None and all(not line.strip() or line.lstrip()[0] == "#" for line in content.splitlines())


def _over(shipped: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """``own`` with what it leaves out as shipped; a role is taken whole, the keys of a session one by one."""
    merged = shipped | own
    for section in ("roles", "session"):
        if isinstance(own.get(section), dict):
            merged[section] = shipped[section] | own[section]
    return merged


def _roles(document: Document, base: dict[str, Any], digest: str) -> Roles:
    top = Part(document, (), document.data).knows(*_SECTIONS)
    made = _Making(top.part("roles"), base.get("roles", {})).all()
    return Roles(
        roles=made,
        os_users=_given(top.part("os_users"), made),
        os_groups=_given(top.part("os_groups"), made),
        login_required=top.choice("login", ("required", "optional")) != "optional",
        session=_session(top.part("session")),
        step_up=_capabilities(top, "step_up"),
        four_eyes=_four_eyes(top),
        digest=digest,
    )


class _Making:
    """Makes roles out of others; each is made once."""

    def __init__(self, part: Part, shipped: dict[str, Any]) -> None:
        self._part = part
        self._shipped = shipped
        self._made: dict[str, Role] = {}
        self._open: list[str] = []

    def all(self) -> Mapping[str, Role]:
        for name in self._part.values:
            if name == OWNER_NAME:
                self._part.complain("value", "the owner has everything; make a role of another name", name)
            elif not _NAME_CHARS.issuperset(name) or not 0 < len(name) <= _MOST_NAME:
                wanted = f"letters, digits, _, - and ., at most {_MOST_NAME}"
                self._part.complain("value", f"a role's name is made of {wanted}; this is {name[:80]!r}", name)
            else:
                self._role(name)
        return {**self._made, OWNER_NAME: OWNER}

    def _role(self, name: str) -> Role:
        if name not in self._made:
            self._open.append(name)
            self._made[name] = self._read(name, self._part.part(name))
            self._open.pop()
        return self._made[name]

    def _read(self, name: str, part: Part) -> Role:
        part.knows(*_ROLE_KEYS)
        like = self._like(name, part) if "like" in part.values else None
        if (like is None) is ("capabilities" not in part.values):
            part.complain("value", "a role has either 'capabilities', or is 'like' another")
        held = _capabilities(part, "capabilities") if "capabilities" in part.values else frozenset()
        if like is not None:
            held = (like.capabilities | _capabilities(part, "with", ())) - _capabilities(part, "without", ())
        content = part.choice("content", tuple(ContentLevel), like.content if like else ContentLevel.HIDDEN)
        scope = like.scope if like else Scope()
        return Role(
            name=name,
            capabilities=held,
            content=ContentLevel(content) if content in set(ContentLevel) else ContentLevel.HIDDEN,
            identities=_yes(part, "identities", like is not None and like.identities),
            scope=Scope(
                apps=tuple(part.words("apps", default=scope.apps)),
                tenants=tuple(part.words("tenants", default=scope.tenants)),
            ),
        )

    def _like(self, name: str, part: Part) -> Role:
        """The role that another is like; one that is like itself means what is shipped under its name."""
        other = part.text("like")
        if other == name and name in self._shipped:
            return _Making(Part(part.document, (), self._shipped), {})._role(name)
        if other == OWNER_NAME:
            return OWNER
        if other in self._open:
            part.complain("value", f"'{name}' would be like itself", "like")
        elif other in self._part.values:
            return self._role(other)
        else:
            part.complain("unknown", f"there is no role {other!r}{near(other, self._part.values)}", "like")
        return Role(name=name, capabilities=frozenset(), content=ContentLevel.HIDDEN, identities=False)


def _capabilities(part: Part, key: str, default: tuple[str, ...] | None = None) -> frozenset[str]:
    held: set[str] = set()
    for number, word in enumerate(part.words(key, default=default)):
        held |= _meant(word) or {word}
        if not _meant(word):
            part.complain("unknown", f"there is no capability {word!r}{near(word, CAPABILITIES)}", key, number)
    return frozenset(held)


def _meant(word: str) -> frozenset[str]:
    if word == "*" or word.endswith(".*"):
        return frozenset(one for one in CAPABILITIES if one.startswith(word[:-1]))
    return frozenset({word} & CAPABILITIES.keys())


def _four_eyes(top: Part) -> frozenset[str]:
    found: set[str] = set()
    for number, word in enumerate(top.words("four_eyes")):
        capability, _, level = word.partition(":")
        if not _meant(capability):
            hint = near(capability, CAPABILITIES)
            top.complain("unknown", f"there is no capability {capability!r}{hint}", "four_eyes", number)
        elif level and not capability.startswith(_CONDITIONAL):
            top.complain("value", f"{capability} is about no incident, and has no level", "four_eyes", number)
        elif level:
            top.check(level, LEVELS, "four_eyes", "four_eyes", number)
        found |= {f"{one}:{level}" if level else one for one in _meant(capability)}
    return frozenset(found)


def _given(part: Part, roles: Mapping[str, Role]) -> dict[str, str]:
    """Names of the operating system with their roles."""
    found: dict[str, str] = {}
    for key in part.values:
        if role := part.text(key):
            part.check(role, roles, str(key), key)
            found[str(key)] = role
    return found


def _session(part: Part) -> SessionTimes:
    part.knows("hours", "idle_minutes", "reveal_minutes", "step_up_minutes")
    return SessionTimes(
        lasts=part.whole("hours", 1, 24 * 30) * 60 * _MINUTE_US,
        idle=part.whole("idle_minutes", 1, _DAY_MINUTES) * _MINUTE_US,
        reveal=part.whole("reveal_minutes", 1, _DAY_MINUTES) * _MINUTE_US,
        step_up=part.whole("step_up_minutes", 1, _DAY_MINUTES) * _MINUTE_US,
    )


def _yes(part: Part, key: str, default: bool) -> bool:
    value = part.values.get(key, default)
    if not isinstance(value, bool):
        part.complain("type", f"'{key}' is yes or no; this is {value!r:.60}", key)
        return False
    return value
