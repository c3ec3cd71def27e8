"""Which items of the catalogues a period's facts speak for. A cell counts only where there is evidence."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from llmsec_tui.compliance.catalogue import (
    ATLAS_EDITION,
    ATLAS_NAME,
    EU_AI_ACT,
    NIST_AI_RMF,
    OWASP_AGENTIC,
    OWASP_LLM,
    Framework,
    Item,
)
from llmsec_tui.compliance.facts import EVALUATED, Facts, RuleFacts
from llmsec_tui.incidents.wording import span

_HALF_YEAR_US = 183 * 86_400_000_000
_WHOLE = 0.99
"""Of a period that counts as watched: restarts take their seconds."""


class Standing(StrEnum):
    """What there is for an item."""

    SEEN = "seen"
    """It happened in the period, and is on record."""
    TESTED = "tested"
    """It did not, and what looks for it was made to fire when the report was made."""
    NONE = "no evidence"


@dataclass(frozen=True, slots=True)
class Cell:
    """One item with what speaks for it."""

    number: str
    title: str
    standing: Standing
    why: str
    """The evidence in a sentence, or what is missing."""


@dataclass(frozen=True, slots=True)
class Column:
    """One framework's cells."""

    name: str
    edition: str
    cells: tuple[Cell, ...]

    @property
    def with_evidence(self) -> int:
        return sum(cell.standing is not Standing.NONE for cell in self.cells)


Judgement = tuple[bool, str]
"""Whether there is evidence, and the sentence."""


def columns(facts: Facts) -> tuple[Column, ...]:
    """All frameworks, in the order of the report."""
    return (
        _by_rules(OWASP_LLM, facts.rules),
        _by_rules(OWASP_AGENTIC, facts.rules),
        _by_rules(Framework(ATLAS_NAME, ATLAS_EDITION, _techniques(facts.rules)), facts.rules),
        _by_facts(NIST_AI_RMF, facts),
        _by_facts(EU_AI_ACT, facts),
    )


def _techniques(rules: Iterable[RuleFacts]) -> tuple[Item, ...]:
    tags = sorted({tag for rule in rules for tag in rule.tags if tag.startswith("atlas.aml-t")})
    return tuple(Item(_technique(tag), "", tag) for tag in tags)


def _technique(tag: str) -> str:
    # Tags cannot hold dots behind the first: atlas.aml-t0051-001 is AML.T0051.001.
    _, number, *part = tag.removeprefix("atlas.").upper().split("-")
    return ".".join(("AML", number, *part))


def _by_rules(framework: Framework, rules: tuple[RuleFacts, ...]) -> Column:
    return Column(framework.name, framework.edition, tuple(_of_rules(item, rules) for item in framework.items))


def _of_rules(item: Item, rules: tuple[RuleFacts, ...]) -> Cell:
    about = [rule for rule in rules if item.tag in rule.tags]
    fired = [rule for rule in about if rule.alerts]
    ready = [rule for rule in about if rule.fires and not rule.off]
    if fired:
        n = sum(rule.alerts for rule in fired)
        said = f"{_count(n, 'alert')} of {_count(len(fired), 'rule')} in the period"
        return Cell(item.number, item.title, Standing.SEEN, f"{said}; {_ready(ready, about)}.")
    if ready:
        return Cell(item.number, item.title, Standing.TESTED, f"No alert in the period; {_ready(ready, about)}.")
    missing = "No rule is about it." if not about else f"{_count(len(about), 'rule')}, none of them on and tested."
    return Cell(item.number, item.title, Standing.NONE, missing)


def _ready(ready: list[RuleFacts], about: list[RuleFacts]) -> str:
    return f"{len(ready)} of {_count(len(about), 'rule')} on and fired by their own examples at the time of this report"


def _by_facts(framework: Framework, facts: Facts) -> Column:
    return Column(framework.name, framework.edition, tuple(_of_facts(item, facts) for item in framework.items))


def _of_facts(item: Item, facts: Facts) -> Cell:
    judged = [judge(facts) for judge in _EVIDENCE[item.number]]
    holds = all(found for found, _ in judged)
    said = " ".join(sentence for found, sentence in judged if found == holds)
    return Cell(item.number, item.title, Standing.SEEN if holds else Standing.NONE, said)


def _monitored(facts: Facts) -> Judgement:
    share = facts.watched_share
    said = f"A collector ran for {share:.1%} of the period and stored {_count(facts.events, 'event')}."
    return share >= _WHOLE and facts.events > 0, said


def _recorded(facts: Facts) -> Judgement:
    if not facts.events:
        return False, "No event was recorded."
    return facts.watched_share > 0, (
        f"{_count(facts.events, 'event')} of {_count(len(facts.sources), 'log file')} recorded automatically; "
        f"watched for {facts.watched_share:.1%} of the period."
    )


def _evaluated(facts: Facts) -> Judgement:
    states = facts.contents()
    seen, total = states.get(EVALUATED, 0), sum(states.values())
    if not total:
        return False, "There was no content to judge."
    return seen > 0, f"Detectors saw the content of {seen:,} of {total:,} events that should have some."


def _detected(facts: Facts) -> Judgement:
    n = sum(facts.alerts.values())
    return n > 0, f"{_count(n, 'alert')} shown to people."


def _ready_to_detect(facts: Facts) -> Judgement:
    ready = sum(rule.fires and not rule.off for rule in facts.rules)
    return ready > 0, f"{ready} of {_count(len(facts.rules), 'rule')} on and fired by their own examples."


def _about(tags: tuple[str, ...], what: str) -> Callable[[Facts], Judgement]:
    def judge(facts: Facts) -> Judgement:
        ready = sum(
            rule.fires and not rule.off and any(tag.startswith(tags) for tag in rule.tags) for rule in facts.rules
        )
        return ready > 0, f"{_count(ready, 'rule')} about {what} on and fired by their own examples."

    return judge


def _answered(facts: Facts) -> Judgement:
    acts = facts.acted("alerts.", "incidents.")
    return acts > 0, f"{_count(acts, 'act')} of people on alerts and incidents."


def _closed(facts: Facts) -> Judgement:
    closed = [one for one in facts.incidents if one.closed_at is not None and one.closed_at <= facts.period.end]
    if not closed:
        return False, "No incident was closed in the period."
    noted = sum(one.noted for one in closed)
    return True, f"{_count(len(closed), 'incident')} closed with a finding, {noted} of them with notes."


def _none_open_unowned(facts: Facts) -> Judgement:
    lost = [one for one in facts.incidents if one.closed_at is None and not one.owner]
    if lost:
        return False, f"{_count(len(lost), 'open incident')} without an owner."
    return bool(facts.incidents), ("Every open incident has an owner." if facts.incidents else "There was no incident.")


def _told(facts: Facts) -> Judgement:
    n = facts.acted("incidents.export", "incidents.hand_over", "incidents.told", "channels.")
    return n > 0, f"{_count(n, 'export, hand-over or report', 'exports, hand-overs and reports')} on record."


def _journal(facts: Facts) -> Judgement:
    return facts.journal.ok, f"The record of acts: {facts.journal.verdict}."


def _roles(facts: Facts) -> Judgement:
    people = sum(facts.roles.values())
    said = ", ".join(f"{n} {role}" for role, n in sorted(facts.roles.items()))
    return people > 0, f"Roles given to people: {said}." if people else "No role was given to anybody by name."


def _kept(facts: Facts) -> Judgement:
    if facts.oldest_event_at is None:
        return False, "No event is kept."
    age = facts.made_at - facts.oldest_event_at
    return age >= _HALF_YEAR_US, f"The oldest event in the store is {span(age)} old."


_EVIDENCE: Mapping[str, tuple[Callable[[Facts], Judgement], ...]] = {
    "GOVERN 1.5": (_monitored, _journal),
    "GOVERN 2.1": (_roles,),
    "GOVERN 4.3": (_ready_to_detect, _told),
    "MEASURE 2.4": (_monitored, _evaluated),
    "MEASURE 2.7": (_about(("owasp.llm01", "owasp.llm06", "asi."), "injection and agency"),),
    "MEASURE 2.10": (_about(("owasp.llm02",), "disclosure of sensitive information"), _evaluated),
    "MEASURE 3.1": (_monitored, _ready_to_detect),
    "MANAGE 2.3": (_closed,),
    "MANAGE 4.1": (_monitored, _answered),
    "MANAGE 4.3": (_none_open_unowned, _told),
    "Art. 12(1)": (_recorded,),
    "Art. 12(2)": (_recorded, _evaluated, _ready_to_detect),
    "Art. 14": (_answered, _journal),
    "Art. 15(5)": (_about(("owasp.llm01", "owasp.llm04", "asi."), "manipulation"), _monitored),
    "Art. 19(1)": (_kept,),
    "Art. 26(5)": (_monitored,),
    "Art. 26(6)": (_kept,),
    "Art. 72": (_monitored, _detected),
    "Art. 73": (_closed, _told),
}
"""What has to hold, all of it, for an item to count."""


def _count(n: int, one: str, many: str = "") -> str:
    return f"{n:,} {one if n == 1 else many or one + 's'}"
