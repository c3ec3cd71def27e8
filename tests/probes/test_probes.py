"""Each probe sees what it has to see on a real collector, and says so when it does not."""

import json
from pathlib import Path

import pytest
from tests.cli.parts import command
from tests.probes.journals import sealed_twice

from llmsec_tui.access.role_file import shipped
from llmsec_tui.audit.note import Verifier
from llmsec_tui.audit.verdicts import Code
from llmsec_tui.errors import ConfigError
from llmsec_tui.probes import catalogue, tampering
from llmsec_tui.probes.catalogue import probes
from llmsec_tui.probes.desks import SWAPPED_IN
from llmsec_tui.probes.expected import EXPECTED
from llmsec_tui.probes.forbidden import forbidden
from llmsec_tui.probes.spoiling import SPOILINGS, Spoiling
from llmsec_tui.probes.step import Step
from llmsec_tui.probes.twins import TWINS
from llmsec_tui.service.access.api import WhoAmI
from llmsec_tui.service.api import StopCollector


def test_access_and_tampering_are_as_they_have_to_be() -> None:
    """Two collectors, roles that try all they may not, a journal that is changed in ten ways."""
    said = command("probe", "run", "forbidden-access", "tampering", "--format", "jsonl")
    rows = [json.loads(line) for line in said.stdout.splitlines()]
    assert said.returncode == 0, [row for row in rows if not row["ok"]] or said.stderr
    assert {row["probe"] for row in rows} == {"forbidden-access", "tampering"}
    assert [row["expected"] for row in rows if row["probe"] == "tampering"] == [
        "VERIFIED",
        *(one.verdict.words for one in SPOILINGS),
    ]
    tried = {row["step"].split()[0] for row in rows if " tries " in row["step"]}
    assert tried == {"viewer", "analyst", "responder", "auditor"}
    assert f"{len(rows)} of {len(rows)} steps" in said.stderr


def test_attacks_on_agents_open_incidents_and_their_twins_leave_people_in_peace() -> None:
    """Live, on two collectors: memories, contamination, flows, the trifecta, a refusal that is worn down."""
    said = command("probe", "run", *(twin.probe for twin in TWINS), "--format", "jsonl")
    rows = [json.loads(line) for line in said.stdout.splitlines()]
    assert said.returncode == 0, [row for row in rows if not row["ok"]] or said.stderr
    assert len(rows) == 2 * len(TWINS)


def test_changes_in_behaviour_are_caught_and_twins_are_told_from_them() -> None:
    """On one collector: a silent swap, a slow drift, other users, a release, and a desk where nothing happens."""
    said = command("probe", "run", "drift", "--format", "jsonl")
    rows = [json.loads(line) for line in said.stdout.splitlines()]
    assert said.returncode == 0, [row for row in rows if not row["ok"]] or said.stderr
    assert [row["expected"].split(",")[0] for row in rows] == [
        *("drift on the board", "the provider's model", f"conversations with {SWAPPED_IN}"),
        *("slow drift on the board", "our prompt", "conversations"),
        *("who asks", "our prompt", "no drift and no alert"),
    ]


def test_every_act_of_the_story_is_a_probe() -> None:
    """And each probe has a name of its own, and says what it does."""
    names = [probe.name for probe in probes()]
    acts = {one.act.replace(" ", "-") for one in EXPECTED}
    assert acts | {twin.probe for twin in TWINS} | {"drift", "forbidden-access", "tampering"} == set(names)
    assert len(set(names)) == len(names)
    listed = [json.loads(line) for line in command("probe", "list").stdout.splitlines()]
    assert [row["name"] for row in listed] == names


def test_what_was_not_seen_is_an_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """One of two steps is enough."""
    steps = [Step("p", f"step {ok}", "this", "that", ok) for ok in (True, False)]
    monkeypatch.setattr(catalogue, "_steps", lambda _: iter(steps))
    said = command("probe", "run")
    assert (said.returncode, "1 of 2 steps" in said.stderr) == (1, True)


def test_a_probe_that_there_is_not_is_named_with_the_one_that_was_meant() -> None:
    """Before anything is run."""
    with pytest.raises(ConfigError, match="no probe 'tempering'; none was run") as error:
        catalogue.run(["tempering"])
    assert error.value.hint == "Did you mean tampering?"


def test_what_is_forbidden_is_what_the_role_lacks() -> None:
    """Nobody is forbidden what is about their own login; the owner is forbidden nothing."""
    kinds = {role: {type(ask) for ask in forbidden(role)} for role in shipped().roles}
    assert StopCollector in kinds["analyst"]
    assert not any(WhoAmI in found for found in kinds.values())
    assert (kinds["owner"], kinds["admin"]) == (set(), set())


def test_a_change_that_is_not_found_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The probe can fail, or it would prove nothing."""
    harmless = Spoiling("nothing is done", lambda _: None, Code.BROKEN)
    monkeypatch.setattr(tampering, "SPOILINGS", (harmless,))
    journal, vkey = sealed_twice(tmp_path / "audit")
    steps = list(tampering._spoiled(journal, tmp_path, Verifier.parse(vkey)))
    assert [step.ok for step in steps] == [True, False]
    assert steps[1].seen == "VERIFIED"
