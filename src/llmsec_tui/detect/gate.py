"""What a rule has to pass before it may run: it loads, and it does to its own examples what it says."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from llmsec_tui.detect.choosing import choice
from llmsec_tui.detect.correlate.correlator import Correlator
from llmsec_tui.detect.cost import too_dear
from llmsec_tui.detect.engine import detect
from llmsec_tui.detect.rule import Correlation, Example, Monitor, Rule, RuleSet, Watch, proofs
from llmsec_tui.detect.rule import Sequence as ExampleSequence
from llmsec_tui.detect.ruleset import Loaded, made, read
from llmsec_tui.detect.sigma import fixing, hygiene, hygiene_selections, layout, placeholders, reading
from llmsec_tui.detect.sigma.document import Document
from llmsec_tui.detect.sigma.examples import to_batch
from llmsec_tui.detect.sigma.fixing import Fixed
from llmsec_tui.detect.sigma.references import know
from llmsec_tui.drift.monitors import trying
from llmsec_tui.errors import RuleIssue


@dataclass(frozen=True, slots=True)
class Examined:
    """Rule files and all that can be said about them."""

    ruleset: RuleSet
    """The rules that load."""
    documents: int
    """Rules and filters that there are, or should be."""
    issues: list[RuleIssue]
    """Errors, warnings and hints; ``sigma.checks.severity`` tells them apart by their codes."""


def lint(paths: Sequence[Path]) -> list[RuleIssue]:
    """Everything that keeps these rules from loading."""
    return read(paths)[1]


def examine(paths: Sequence[Path]) -> Examined:
    """Everything that keeps these rules from loading, and what could be better about them."""
    loaded = made(paths)
    known = know([document for document in loaded.documents if document.data])
    for document in loaded.documents:
        if document.data:
            hygiene.look(document, known)
            hygiene_selections.look(document)
    _unused(loaded)
    for path, documents in loaded.files.items():
        if text := reading.text(path):
            documents[0].issues += layout.look(path, text, documents)
    return Examined(loaded.ruleset, len(loaded.documents), [*loaded.issues, *too_dear(loaded.ruleset)])


def fix(paths: Sequence[Path]) -> Iterator[tuple[Path, Fixed]]:
    """Put right what is mechanical, file by file; gives those files where there was something to do."""
    for path in made(paths).files:
        done = fixing.fix(path)
        if done.changes or done.refusal:
            yield path, done


def test(ruleset: RuleSet) -> list[RuleIssue]:
    """Every example that its rule does not treat as it says."""
    wrong = [issue for rule in ruleset.rules for issue in _wrong(rule)]
    return wrong + [issue for timed in ruleset.grouped for issue in _wrong_over_time(timed, ruleset)]


def fired(ruleset: RuleSet) -> frozenset[str]:
    """Ids of the rules that did to all of their examples what these say, one that has to fire among them."""
    single = {rule.id for rule in ruleset.rules if proofs(rule)[0] and not list(_wrong(rule))}
    return frozenset(single | {timed.id for timed in ruleset.grouped if not list(_wrong_over_time(timed, ruleset))})


def _unused(loaded: Loaded) -> None:
    used = {name for document in loaded.documents for name in placeholders.used(document.raw, _names(loaded.lists))}
    for document in loaded.lists:
        for name in document.data:
            if name not in used:
                document.complain("unused-placeholder", f"no rule uses %{name}%", name)


def _names(lists: Iterable[Document]) -> dict[str, tuple[str, ...]]:
    return {name: () for document in lists for name in document.data}


def hits_on_examples(rule: Rule) -> frozenset[int]:
    """Which of its own examples a rule hits, by their numbers; those that it must hit come first."""
    examples = [*rule.examples.match, *rule.examples.no_match]
    # A rule that is only counted must do what it says as well.
    return frozenset(detect(RuleSet((replace(rule, alerts=True),)), to_batch(examples)).alerts["source_offset"])


def _wrong(rule: Rule) -> Iterator[RuleIssue]:
    if isinstance(rule, Watch):
        yield from _wrong_series(rule)
        return
    hit = hits_on_examples(rule)
    for number, example in enumerate((*rule.examples.match, *rule.examples.no_match)):
        wanted = number < len(rule.examples.match)
        if wanted and number not in hit:
            yield RuleIssue(str(rule.path), example.line, "no-hit", "the rule misses this example, which it must hit")
        elif not wanted and number in hit:
            yield RuleIssue(str(rule.path), example.line, "false-hit", "the rule hits this example, which it must not")


def _wrong_series(rule: Watch) -> Iterator[RuleIssue]:
    chosen = choice(rule.selection)
    for one in rule.series.match:
        if not trying.fired(rule.kind, one, chosen):
            yield RuleIssue(str(rule.path), one.line, "no-hit", "the monitor misses this series, on which it must fire")
    for one in rule.series.no_match:
        if found := trying.fired(rule.kind, one, chosen):
            message = f"the monitor fires on this series, which it must not: {found[0].sentence}"
            yield RuleIssue(str(rule.path), one.line, "false-hit", message)


def _wrong_over_time(rule: Correlation | Monitor, ruleset: RuleSet) -> Iterator[RuleIssue]:
    needed = _needed(rule, ruleset)
    for sequence in rule.examples.match:
        if not _reasons(rule, needed, sequence):
            message = "the rule misses this sequence, on which it must fire"
            yield RuleIssue(str(rule.path), sequence.line, "no-hit", message)
    for sequence in rule.examples.no_match:
        if reasons := _reasons(rule, needed, sequence):
            message = f"the rule fires on this sequence, which it must not: {reasons[0]}"
            yield RuleIssue(str(rule.path), sequence.line, "false-hit", message)


def _needed(rule: Correlation | Monitor, ruleset: RuleSet) -> RuleSet:
    """The rule with all that it counts, nothing of which alerts but itself."""
    wanted, grouped = set(rule.sources), [replace(rule, alerts=True)]
    for other in reversed(ruleset.grouped):
        if other.id in wanted:
            wanted |= set(other.sources)
            grouped.append(replace(other, alerts=False))
    return RuleSet(tuple(one for one in ruleset.rules if one.id in wanted), tuple(reversed(grouped)))


def _reasons(rule: Correlation | Monitor, needed: RuleSet, sequence: ExampleSequence) -> list[str]:
    """Why the rule fires on the events, once for each time; time stands still after the last one."""
    batch = to_batch([Example(event, sequence.line) for event in sequence.events])
    correlator = Correlator(needed, lambda _: {}, lateness=None)
    now = max(event.ts or 0 for event in sequence.events)
    correlator.observe(batch.events, detect(needed, batch).hits, [], now)
    alerts = correlator.finish(now).alerts
    return list(alerts.filter(pl.col("rule_id") == rule.id)["reason"])
