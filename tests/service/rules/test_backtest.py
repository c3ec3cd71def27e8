"""What rules would have brought on what was logged, and whether that is what was expected."""

from pathlib import Path

import pytest
from tests.incidents.lives import lived
from tests.service.parts import OVER_TIME_ID, RULE_ID, say, write_rules
from tests.store.parts import batch, elsewhere, message
from tests.store.parts import kept as hidden

from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.detect.ruleset import load
from llmsec_tui.errors import ConfigError, NotFound, SourceError, StoreError, StoreLocked
from llmsec_tui.incidents.changes import Acknowledged, Change, Closed
from llmsec_tui.incidents.fold import record
from llmsec_tui.incidents.states import Disposition
from llmsec_tui.service.rules.backtest import Brought, Report, chosen, over_files, over_store
from llmsec_tui.service.rules.expectations import Expectations, expectations
from llmsec_tui.service.rules.rulebook import Rulebook
from llmsec_tui.service.scan import Scan
from llmsec_tui.store.store import Store


@pytest.fixture
def ruleset(tmp_path: Path) -> RuleSet:
    return load([write_rules(tmp_path / "rules")])


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Three forbidden words in a row, one of somebody else two hours later, and nothing to see."""
    path = tmp_path / "app.jsonl"
    path.write_bytes(b"".join([*map(say, (0, 10, 20)), say(30, text="fine"), say(7_200, user="u2")]))
    return path


@pytest.fixture
def store(tmp_path: Path, ruleset: RuleSet, log: Path) -> Path:
    """The same in a store, where somebody dismissed the alerts on the first event."""
    kept = Store.open(tmp_path / "store.duckdb")
    list(Scan([str(log)], ruleset, store=kept).commits())
    rows, _ = kept.reader().alerts()
    first = min(rows, key=lambda row: row["ts"])
    kept.act_on_alert(
        command_id="c",
        alert_id=first["alert_id"],
        expected_version=1,
        new_state="dismissed",
        owner="ann",
        actor="ann",
        act="dismissed",
        note="a game",
        at=1,
    )
    kept.close()
    return tmp_path / "store.duckdb"


def of(report: Report, rule_id: str) -> Brought:
    return next(one for one in report.rules if one.rule.id == rule_id)


def test_files_are_judged_like_a_scan_does(ruleset: RuleSet, log: Path) -> None:
    report = over_files(ruleset, [str(log)])
    assert (report.events, round(report.days * 24, 2)) == (5, 2.0)
    assert [one.alerts for one in report.rules] == [4, 1]
    single = of(report, RULE_ID)
    assert (single.per_day, single.overlap, single.outcomes) == (48.0, {OVER_TIME_ID: 1}, {})
    assert of(report, OVER_TIME_ID).overlap == {RULE_ID: 1}


def test_a_store_says_the_same_and_what_people_decided(ruleset: RuleSet, log: Path, store: Path) -> None:
    """Reading it changes nothing."""
    before = store.read_bytes()
    report = over_store(ruleset, store)
    assert [(one.rule.id, one.alerts, one.overlap) for one in report.rules] == [
        (one.rule.id, one.alerts, one.overlap) for one in over_files(ruleset, [str(log)]).rules
    ]
    assert of(report, RULE_ID).outcomes == {"new": 3, "dismissed": 1}
    assert of(report, OVER_TIME_ID).outcomes == {"new": 1}
    assert store.read_bytes() == before


@pytest.fixture
def ended(store: Path) -> Path:
    """The same, after an incident of the alerts on the first two events was closed as a false alarm."""
    kept = Store.open(store)
    first, second, *_ = sorted(kept.reader().alerts()[0], key=lambda row: row["ts"])
    alerts = [first["alert_id"], second["alert_id"]]
    life = lived([])
    changes: list[Change] = [Acknowledged(owner="ann"), Closed(disposition=Disposition.FALSE_POSITIVE, note="a game")]
    closed, more = record(life.incident, changes, at=life.now, actor="ann")
    with kept.transaction():
        kept.write_incidents([(closed, [*life.events, *more])])
        kept.put_alerts(alerts, closed.incident_id)
    kept.close()
    return store


def test_hits_are_told_by_what_their_incidents_turned_out_to_be(ruleset: RuleSet, ended: Path) -> None:
    """Of a store; logs say nothing about that."""
    report = over_store(ruleset, ended)
    assert of(report, RULE_ID).dispositions == {"false_positive": 2}
    assert of(report, OVER_TIME_ID).dispositions == {}


def test_a_rule_can_be_expected_to_leave_false_alarms_alone(ruleset: RuleSet, ended: Path, tmp_path: Path) -> None:
    """Beside what it is to find."""
    text = "expect:\n" + "".join(
        f"  - {{rule: {RULE_ID}, {more}}}\n"
        for more in ("at_least: 4", "of: false_positive, at_most: 1", "of: true_positive, at_least: 0")
    )
    wanted = expected(tmp_path / "expect.yml", text, ruleset)
    (missed,) = wanted.missed(over_store(ruleset, ended))
    assert missed.endswith('expect.yml:3: "Says the forbidden word": at most 1 false positive expected, 2 found')


def test_events_without_content_are_counted_as_not_evaluable(ruleset: RuleSet, tmp_path: Path) -> None:
    kept = Store.open(tmp_path / "hidden.duckdb")
    kept.commit(batch([hidden(n, message(text)) for n, text in enumerate(["fine", None, None])]))
    kept.close()
    report = over_store(ruleset, tmp_path / "hidden.duckdb")
    assert (of(report, RULE_ID).not_evaluable, of(report, OVER_TIME_ID).not_evaluable) == (2, 0)
    assert (report.events, report.not_evaluable) == (3, 2)


def test_one_rule_is_tried_with_what_it_counts(ruleset: RuleSet, log: Path) -> None:
    alone = chosen(ruleset, [ruleset.by_id[OVER_TIME_ID]])
    report = over_files(alone, [str(log)])
    assert [(one.rule.id, one.alerts) for one in report.rules] == [(OVER_TIME_ID, 1)]


def test_short_stretches_give_no_rate(ruleset: RuleSet, tmp_path: Path) -> None:
    log = tmp_path / "short.jsonl"
    log.write_bytes(say(0) + say(60))
    assert of(over_files(ruleset, [str(log)]), RULE_ID).per_day is None


def test_what_cannot_be_read_is_said(ruleset: RuleSet, log: Path, tmp_path: Path) -> None:
    assert "nothing" in over_files(ruleset, [str(log), str(tmp_path / "nothing-*.jsonl")]).problems[0]
    with pytest.raises(SourceError):
        over_files(ruleset, [str(tmp_path / "gone.jsonl")])
    with pytest.raises(StoreError, match="There is no store"):
        over_store(ruleset, tmp_path / "gone.duckdb")


def test_a_store_that_a_collector_has_is_left_to_it(ruleset: RuleSet, store: Path) -> None:
    program = "import sys, duckdb\nc = duckdb.connect(sys.argv[1])\nprint('open', flush=True)\nsys.stdin.read()"
    with elsewhere(program, str(store)) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(StoreLocked, match="has the store"):
            over_store(ruleset, store)
        other.communicate()


def expected(path: Path, text: str, ruleset: RuleSet) -> Expectations:
    path.write_text(text)
    book = Rulebook([], ruleset)
    return expectations(path, lambda name: book.find(name).id)


def test_expectations_are_met_or_not_and_say_where_they_stand(ruleset: RuleSet, log: Path, tmp_path: Path) -> None:
    text = f"expect:\n  - {{rule: {RULE_ID}, at_least: 4}}\n  - {{rule: 5b9d, exactly: 2}}\n"
    wanted = expected(tmp_path / "expect.yml", text, ruleset)
    report = over_files(ruleset, [str(log)])
    assert wanted.unexpected == "warn"
    assert list(wanted.surprises(report)) == []
    (missed,) = wanted.missed(report)
    assert missed.endswith('expect.yml:3: "Says the forbidden word again and again": exactly 2 expected, 1 found')


@pytest.mark.parametrize(("how", "number", "met"), [("at_most", 4, True), ("at_most", 3, False), ("exactly", 4, True)])
def test_numbers_are_compared_as_they_read(
    how: str, number: int, met: bool, ruleset: RuleSet, log: Path, tmp_path: Path
) -> None:
    text = f"unexpected: fail\nexpect:\n  - {{rule: {RULE_ID}, {how}: {number}}}\n"
    wanted = expected(tmp_path / "expect.yml", text, ruleset)
    report = over_files(ruleset, [str(log)])
    assert (list(wanted.missed(report)) == []) is met
    (surprise,) = wanted.surprises(report)
    assert "nothing expected, 1 found" in surprise


def test_all_that_is_wrong_with_expectations_is_said_at_once_with_lines(ruleset: RuleSet, tmp_path: Path) -> None:
    text = """\
unexpectd: fail
expect:
  - {rule: nope, at_least: 5}
  - {rule: 5b9d, exactly: 2, at_most: 3}
  - {rule: 0b3c, exactly: -2}
  - {exactly: 3}
  - {rule: 0b3c, exactly: 1, level: high}
  - {rule: 0b3c, exactly: 1}
"""
    with pytest.raises(ConfigError) as raised:
        expected(tmp_path / "expect.yml", text, ruleset)
    lines = [line.partition("expect.yml:")[2].partition(":")[0] for line in raised.value.message.splitlines()[1:]]
    assert lines == ["1", "3", "4", "5", "6", "7", "8"]
    assert "no rule nope" in raised.value.message


@pytest.mark.parametrize(
    "text", ["", "expect: []\n", "expect: 3\n", "- a\n", "expect: [\n", "unexpected: no\n", "---\na: 1\n---\nb: 1\n"]
)
def test_a_file_without_expectations_is_refused(text: str, ruleset: RuleSet, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"expect\.yml:[12]:"):
        expected(tmp_path / "expect.yml", text, ruleset)


def test_a_rule_that_raises_nothing_cannot_be_expected_to(ruleset: RuleSet, tmp_path: Path) -> None:
    def find(name: str) -> str:
        raise NotFound(f'The rule "{name}" raises no alerts in this run.')

    (tmp_path / "expect.yml").write_text("expect:\n  - {rule: x, exactly: 1}\n")
    with pytest.raises(ConfigError, match="raises no alerts in this run"):
        expectations(tmp_path / "expect.yml", find)
