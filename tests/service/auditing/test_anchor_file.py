"""Where the journal is anchored is read strictly, and a broken file changes nothing."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.patience import PATIENCE_S

from llmsec_tui.audit.journal import Journal
from llmsec_tui.service.auditing.anchor_file import Anchors, AnchorsError, load
from llmsec_tui.service.auditing.anchors import Anchor
from llmsec_tui.service.auditing.anchors_in_force import AnchorsInForce

WHOLE = """\
every: 1m
records: 100
anchors:
  - {name: auditor, kind: file, path: /var/log/llmsec-anchors}
  - {name: syslog, kind: syslog}
  - {name: far, kind: syslog, target: "tcp://log.example:601"}
  - {name: systemd, kind: journald}
  - {name: own, kind: command, command: [/opt/anchor, -v, -v], timeout: 30s}
"""


def test_every_kind_of_anchor_is_read(tmp_path: Path) -> None:
    (tmp_path / "audit.yml").write_text(WHOLE)
    anchors = load(tmp_path / "audit.yml")
    assert (anchors.every_s, anchors.records) == (60, 100)
    assert anchors.anchors == (
        Anchor("auditor", "file", "/var/log/llmsec-anchors"),
        Anchor("syslog", "syslog", "/dev/log"),
        Anchor("far", "syslog", "tcp://log.example:601"),
        Anchor("systemd", "journald", "/run/systemd/journal/socket"),
        Anchor("own", "command", "", ("/opt/anchor", "-v", "-v"), 30),
    )


@pytest.mark.parametrize("content", [None, "", "# nothing yet\n\n", "anchors: []\n"])
def test_without_a_file_or_with_nothing_in_it_there_is_no_anchor(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "audit.yml").write_text(content)
    anchors = load(tmp_path / "audit.yml")
    assert (anchors.every_s, anchors.records, anchors.anchors) == (300, 256, ())


@pytest.mark.parametrize(
    ("content", "line", "why"),
    [
        ("anchor: []\n", 1, "there is no 'anchor' here; did you mean 'anchors'?"),
        ("every: 0s\n", 1, "'every'"),
        ("records: 0\n", 1, "'records' is a whole number from 1"),
        ("anchors:\n  - {name: a, kind: jornald}\n", 2, "did you mean 'journald'?"),
        ("anchors:\n  - {name: a, kind: file}\n", 2, "'path' is missing"),
        ("anchors:\n  - {name: a, kind: file, path: kept}\n", 2, "'kept' is no absolute path"),
        ("anchors:\n  - {name: a, kind: file, path: /k, target: /t}\n", 2, "there is no 'target' here"),
        ("anchors:\n  - {name: a, kind: command, command: run me}\n", 2, "'command' is a list of texts"),
        ("anchors:\n  - {name: a, kind: command, command: [run]}\n", 2, "'run' is no absolute path"),
        ("anchors:\n  - {name: a, kind: syslog}\n  - {name: a, kind: syslog}\n", 3, "there is an anchor 'a' already"),
        ("anchors: [\n", 2, ""),
        ("- a\n", 1, ""),
        ("anchors: []\n---\nanchors: []\n", 1, "another document"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(content: str, line: int, why: str, tmp_path: Path) -> None:
    (tmp_path / "audit.yml").write_text(content)
    with pytest.raises(AnchorsError) as refused:
        load(tmp_path / "audit.yml")
    assert any(why in issue.message and issue.line == line for issue in refused.value.issues), refused.value


def _count(in_force: AnchorsInForce) -> int:
    return len(in_force.now.anchors)


def test_a_file_that_is_broken_later_leaves_what_was_in_force(tmp_path: Path) -> None:
    path, journal = tmp_path / "audit.yml", Journal.open(tmp_path / "audit")
    path.write_text(WHOLE)
    in_force = AnchorsInForce(path, journal)
    assert _count(in_force) == 5
    woken: list[Anchors] = []
    in_force.changed = lambda: woken.append(in_force.now)
    path.write_text("anchors: 7\n")

    async def look_until(done: Callable[[], bool]) -> None:
        watcher = in_force.watcher()
        watcher.ask()
        looking = asyncio.create_task(watcher.run())
        async with asyncio.timeout(PATIENCE_S):
            while not done():
                await asyncio.sleep(0.01)
        looking.cancel()

    asyncio.run(look_until(lambda: in_force.problem != ""))
    assert _count(in_force) == 5
    assert "what was in force still is" in in_force.problem
    path.write_text("anchors: []\n")
    asyncio.run(look_until(lambda: len(woken) > 0))
    assert _count(in_force) == 0
    assert in_force.problem == ""
    assert woken == [in_force.now]
    acts = [json.loads(line) for line in journal.lines(1, journal.last_seq)]
    journal.close()
    assert [(act["action"], act["result"]) for act in acts] == [
        ("audit.reload_anchors", "done"),
        ("audit.reload_anchors", "refused"),
        ("audit.reload_anchors", "done"),
    ]
    assert acts[2]["before"]["anchors"] == "auditor(file) syslog(syslog) far(syslog) systemd(journald) own(command)"
    assert acts[2]["after"]["anchors"] == ""
