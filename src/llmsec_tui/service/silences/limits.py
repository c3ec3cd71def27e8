"""Which silences are refused: those that could hide more than anybody meant."""

from collections.abc import Sequence

from llmsec_tui.detect.suppress import MATCHED, Matcher, Silence
from llmsec_tui.errors import NotFound, ServiceError
from llmsec_tui.events.schema import LEVELS
from llmsec_tui.service.rules.rulebook import Rulebook
from llmsec_tui.service.silences.api import Demand
from llmsec_tui.store.rows import Row

DAY_US = 86_400_000_000
LOOK_BACK_DAYS = 7
MOST_DAYS = 30
FEW_ALERTS = 20
"""With fewer alerts than this a share of them says nothing."""
MOST_CHARS = 1_000
NARROWING = ("rule_id", "user_id", "conversation_id", "source_path", "app", "tool_name")
"""One of these a silence must name."""


class SilenceRefused(ServiceError):
    """A silence that is too broad, too long or unexplained."""


def understood(demands: Sequence[Demand], rules: Rulebook) -> tuple[Matcher, ...]:
    """The matchers, a rule by its whole id.

    Raises :class:`SilenceRefused` for those that are too broad or make no sense, NotFound for a rule that is not there.
    """
    if not demands:
        raise SilenceRefused(
            "A silence that demands nothing would hide every alert.", hint=f"Name one of {', '.join(NARROWING)}."
        )
    matchers = tuple(_matcher(demand, rules) for demand in demands)
    fields = [matcher.field for matcher in matchers]
    if twice := next((field for field in fields if fields.count(field) > 1), None):
        raise SilenceRefused(f"{twice} is demanded twice; one value can only be one thing.", hint="Add two silences.")
    if not set(fields) & set(NARROWING):
        raise SilenceRefused(
            f"A silence on {' and '.join(fields)} alone is too broad.", hint=f"Name one of {', '.join(NARROWING)} too."
        )
    level = next((matcher for matcher in matchers if matcher.field == "level"), None)
    if level is not None:
        _check_level(level, named=Silence("", matchers, 0).names_rule)
    return matchers


def too_broad(hidden: Row) -> str:
    """What speaks against a silence, by what it would have hidden in the last days; else empty."""
    if critical := hidden["critical"]:
        return (
            f"It matches {_alerts(critical, 'critical ')} of the last {LOOK_BACK_DAYS} days. Critical alerts are only "
            "silenced by a silence that names their rule."
        )
    n, total = sum(row["n"] for row in hidden["rules"]), hidden["total"]
    if total >= FEW_ALERTS and 2 * n > total:
        return (
            f"It would have hidden {n} of the {_alerts(total)} of the last {LOOK_BACK_DAYS} days; more than half is "
            "too much."
        )
    return ""


def check_until(until: int, now: int) -> None:
    """Raises :class:`SilenceRefused` for a silence that would be over already, or last too long."""
    if until <= now:
        raise SilenceRefused("The silence would be over before it begins.", hint="Give a time that is to come.")
    if until > now + MOST_DAYS * DAY_US:
        raise SilenceRefused(
            f"A silence lasts {MOST_DAYS} days at most.",
            hint="For good, change the rule or turn it off: llmsec-tui rules disable RULE",
        )


def check_reason(note: str) -> str:
    """The reason without spaces around it; raises :class:`SilenceRefused` where there is none."""
    if not note.strip():
        raise SilenceRefused("A silence needs a reason.", hint="Say why in the note.")
    if len(note) > MOST_CHARS:
        raise SilenceRefused(f"The reason has {len(note)} characters; {MOST_CHARS} are the most.")
    return note.strip()


def _matcher(demand: Demand, rules: Rulebook) -> Matcher:
    field, value = demand.field, demand.value
    if field not in MATCHED:
        raise SilenceRefused(f"A silence cannot go by {field}.", hint=f"It goes by {', '.join(MATCHED)}.")
    if not value.strip("* "):
        raise SilenceRefused(f"{field} is to be {value or 'nothing'}, which says nothing.", hint="Say what it must be.")
    if len(value) > MOST_CHARS:
        raise SilenceRefused(f"{field} is to have {len(value)} characters; {MOST_CHARS} are the most.")
    return Matcher(field, _rule_id(value, rules) if field == "rule_id" and "*" not in value else value)


def _rule_id(name: str, rules: Rulebook) -> str:
    try:
        return rules.find(name).id
    except NotFound:
        # The parts of a rule have no alerts of their own; a rule that is only off still has them.
        if name in rules.off:
            return name
        raise


def _check_level(level: Matcher, *, named: bool) -> None:
    covered = [one for one in LEVELS if level.matches({"level": one})]
    if not covered:
        raise SilenceRefused(f"There is no level {level.value}.", hint=f"Levels are {', '.join(LEVELS)}.")
    if "critical" in covered and not named:
        raise SilenceRefused(
            "Critical alerts are only silenced by a silence that names their rule.", hint="Name the rule."
        )


def _alerts(count: int, kind: str = "") -> str:
    return f"{count} {kind}alert" + ("" if count == 1 else "s")
