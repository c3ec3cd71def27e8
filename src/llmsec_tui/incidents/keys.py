"""What connects an alert with others: its conversation, its user, a content that comes again, a rule in one place."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from llmsec_tui.detect.text.folding import fold
from llmsec_tui.incidents.states import State

CONVERSATION, ENTITY, CAMPAIGN, RULE = "conversation", "entity", "campaign", "rule"
"""Kinds of keys, by the names that a policy calls them."""
_WORDS = {CONVERSATION: "conversation", ENTITY: "user", CAMPAIGN: "campaign", RULE: "group"}
"""What a key of each kind begins with."""
_MOST_CHARS = 256
"""A longer name stands in keys by its beginning and its hash: a log must not be able to fill the desk with one id."""
_DIGITS = 16
_FEWEST_CHARS = 24
"""What is shorter is no content that somebody sends around: it comes again by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFacts:
    """What the desk goes by. Times are microseconds since 1970 UTC; texts are raw."""

    alert_id: str
    rule_id: str
    title: str
    level: str
    confidence: float
    tags: tuple[str, ...] = ()
    conversation_id: str | None = None
    user_id: str | None = None
    app: str | None = None
    environment: str | None = None
    """Such as production; ``evaluation`` for what is said to try a model out."""
    model: str | None = None
    tool_name: str | None = None
    group_id: str | None = None
    """Of the alerts of one rule in one place; see ``detect/suppress.py``."""
    excerpt: str | None = None
    decoded_text: str | None = None
    over_time: bool = False
    """Of a rule over time."""
    ts: int | None = None
    """When its event was."""
    began: int | None = None
    """When the first event that took part was; of rules over time only."""
    raised_at: int
    state: str
    incident_id: str | None = None
    shown: bool = True
    """Nothing suppresses it."""

    @property
    def first_event_at(self) -> int | None:
        """When the earliest of its events was."""
        return self.ts if self.began is None else self.began

    @property
    def at(self) -> int:
        """When its event was, and never after the alert: a log may say anything."""
        return self.raised_at if self.ts is None else min(self.ts, self.raised_at)


@dataclass(frozen=True, slots=True)
class Parts:
    """A key taken apart."""

    word: str
    """conversation | user | campaign | group"""
    app: str
    """Of conversations and users, else empty; it may be empty there too."""
    name: str
    """Id of the conversation, user or group; the fingerprint of a campaign with its rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """An incident that has a key: every one that is not closed, and of those that are closed the newest."""

    key: str
    number: int
    incident_id: str
    state: State
    last_alert_at: int | None
    """When the last of its alerts was raised; None when it has none."""
    n_alerts: int
    merged_into: str
    closed_at: int | None


def keys(alert: AlertFacts) -> Mapping[str, str]:
    """Its keys by their kind; what it does not say makes none."""
    found: dict[str, str] = {}
    if alert.conversation_id:
        found[CONVERSATION] = _in_app(CONVERSATION, alert.app, alert.conversation_id)
    if alert.user_id:
        found[ENTITY] = _in_app(ENTITY, alert.app, alert.user_id)
    if fingerprint := _fingerprint(alert):
        found[CAMPAIGN] = f"{_WORDS[CAMPAIGN]}:{alert.rule_id}|{fingerprint}"
    if alert.group_id:
        found[RULE] = f"{_WORDS[RULE]}:{_short(alert.group_id)}"
    return found


def entity(alert: AlertFacts) -> str:
    """Whose risk the alert adds to: its user, else its conversation; empty without either."""
    found = keys(alert)
    return found.get(ENTITY) or found.get(CONVERSATION) or ""


def parts(key: str) -> Parts:
    """The parts of a key that :func:`keys` made."""
    word, _, rest = key.partition(":")
    if word not in (_WORDS[CONVERSATION], _WORDS[ENTITY]):
        return Parts(word, "", rest)
    app, _, name = rest.partition("|")
    return Parts(word, app.replace("%7C", "|").replace("%25", "%"), name)


def _in_app(kind: str, app: str | None, name: str) -> str:
    # Of two apps none may be able to name itself so that its users take the keys of the other's.
    plain = _short(app or "").replace("%", "%25").replace("|", "%7C")
    return f"{_WORDS[kind]}:{plain}|{_short(name)}"


def _short(name: str) -> str:
    if len(name) <= _MOST_CHARS:
        return name
    return f"{name[:_MOST_CHARS]}…{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:_DIGITS]}"


def _fingerprint(alert: AlertFacts) -> str:
    """The same for contents that differ in case, width, look-alikes and spaces only; empty where none is known."""
    # The excerpt of a rule over time is our own sentence about what happened.
    content = "" if alert.over_time else alert.decoded_text or alert.excerpt or ""
    folded = " ".join(fold(content).split())
    if len(folded) < _FEWEST_CHARS:
        return ""
    return sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
