"""Back-tests from the shell."""

import json
from pathlib import Path

import pytest
from tests.cli.parts import Said, command
from tests.service.parts import OVER_TIME_ID, RULE_ID, say, write_rules


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "app.jsonl").write_bytes(b"".join(map(say, (0, 10, 20))))
    return tmp_path / "app.jsonl"


def backtest(folder: Path, *arguments: str | Path) -> Said:
    return command("rules", "backtest", "--rules", write_rules(folder / "rules"), *arguments)


def test_every_rule_has_a_line(tmp_path: Path, log: Path) -> None:
    done = backtest(tmp_path, log)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [(row["rule_id"], row["alerts"], row["overlap"]) for row in rows] == [
        (RULE_ID, 3, {OVER_TIME_ID: 1}),
        (OVER_TIME_ID, 1, {RULE_ID: 1}),
    ]
    assert "3 events of 0.00 days, 2 rules: 4 alerts of 2 rules." in done.stderr


def test_a_table_is_for_people(tmp_path: Path, log: Path) -> None:
    done = backtest(tmp_path, log, "--format", "table", "--rule", RULE_ID)
    assert done.stdout.splitlines()[0].split() == [
        *("ALERTS", "PER_DAY", "NOT_EVALUABLE", "LEVEL", "TITLE", "OUTCOMES", "OVERLAPS_WITH")
    ]
    assert len(done.stdout.splitlines()) == 2


@pytest.mark.parametrize(
    ("unexpected", "number", "code"), [("warn", 3, 0), ("warn", 2, 1), ("fail", 3, 1), ("ignore", 3, 0)]
)
def test_what_is_not_as_expected_fails(tmp_path: Path, log: Path, unexpected: str, number: int, code: int) -> None:
    expect = tmp_path / "expect.yml"
    expect.write_text(f"unexpected: {unexpected}\nexpect:\n  - {{rule: {RULE_ID}, exactly: {number}}}\n")
    done = backtest(tmp_path, log, "--expect", expect)
    assert done.returncode == code, done.stderr
    assert ("nothing expected, 1 found" in done.stderr) is (unexpected != "ignore")
    assert (f"exactly {number} expected, 3 found" in done.stderr) is (number != 3)


def test_an_expectation_of_an_unknown_rule_runs_nothing(tmp_path: Path, log: Path) -> None:
    expect = tmp_path / "expect.yml"
    expect.write_text("expect:\n  - {rule: forbidden, exactly: 1}\n  - {rule: 5b9d, exactly: 1}\n")
    done = backtest(tmp_path, log, "--expect", expect, "--rule", RULE_ID)
    assert (done.returncode, done.stdout) == (3, "")
    assert "expect.yml:2:" in done.stderr
    assert "expect.yml:3:" in done.stderr
    assert "raises no alerts in this run" in done.stderr


@pytest.mark.parametrize("arguments", [[], ["--store", "x.duckdb", "app.jsonl"]])
def test_it_runs_over_logs_or_a_store(tmp_path: Path, arguments: list[str]) -> None:
    done = backtest(tmp_path, *arguments)
    assert done.returncode == 3
    assert "over logs or over a store" in done.stderr


def test_logs_cannot_be_held_to_what_incidents_turned_out_to_be(tmp_path: Path, log: Path) -> None:
    """An expectation that no log could miss would be met for nothing."""
    expect = tmp_path / "expect.yml"
    expect.write_text(f"expect:\n  - {{rule: {RULE_ID}, of: false_positive, at_most: 0}}\n")
    done = backtest(tmp_path, log, "--expect", expect)
    assert (done.returncode, done.stdout) == (3, "")
    assert "expect.yml:2: logs do not say what incidents turned out to be" in done.stderr
