"""Remedies at a real desk: rehearsed, run, ended, lost; whatever the command does, the incident says how it went."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.service.outside import HOSTILE, HOUR, NOW, ended, eventually, opened, policy, raised, serving
from tests.service.parts import actor

from llmsec_tui.errors import NotFound, ServiceError
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.policy import Policy, Remedy
from llmsec_tui.incidents.states import RunState, State, TaskState
from llmsec_tui.service.desk.desk import Acted, Desk
from llmsec_tui.service.incidents.api import ActOnIncident
from llmsec_tui.service.incidents.rows import RemedyRow
from llmsec_tui.service.outward.remedies import Remedies
from llmsec_tui.store.store import Store

ALICE = actor(user="alice")


class Room:
    """A store, a desk, and remedies that can be exchanged."""

    def __init__(self, path: Path, *remedies: Remedy) -> None:
        self.policy = policy(remedies=remedies)
        self.store = Store.open(path)
        self.desk = Desk(self.store, self.in_force, lambda _: ["Block the user. (run: block)"], lambda i, e: None)
        self.remedies = Remedies(self.desk, self.store, self.in_force)
        self.desk.remedies = self.remedies
        self.at = NOW
        self._commands = 0

    def in_force(self) -> Policy:
        return self.policy

    @property
    def incident(self) -> Incident:
        found = self.store.incident("INC-1")
        assert found is not None
        return found

    def act(self, act: str, **fields: Any) -> Acted:
        self._commands += 1
        ask = ActOnIncident(
            command_id=f"c{self._commands}",
            incident_id="INC-1",
            act=act,
            version=self.incident.version,
            **fields,
        )
        acted = self.desk.act(ALICE, ask, self.at)
        if acted.then is not None:
            acted.then()
        return acted

    def offered(self) -> RemedyRow:
        [row] = self.remedies.offered(self.incident, self.store.remedy_values("INC-1"), self.at)
        return row

    def rehearse_and_run(self) -> None:
        self.act("rehearse", remedy="block")
        ended(self.store, 1)
        self.at = self.incident.last_at
        self.act("run", remedy="block")

    def output(self, run: int) -> tuple[bytes, int]:
        return self.store.reader().run_output("INC-1", run)

    def close(self) -> None:
        self.remedies.close()
        self.store.close()


def block(*command: str, **fields: Any) -> Remedy:
    return Remedy(name="block", title="Block the user", command=command, **{"timeout": 20_000_000, **fields})


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Callable[..., Room]]:
    """Makes a room with one acknowledged incident of one alert, given the alert's fields."""
    rooms: list[Room] = []

    def make(*remedies: Remedy, **alert: Any) -> Room:
        made = Room(tmp_path / "store.duckdb", *remedies)
        rooms.append(made)
        opened(made.store, made.desk, **alert)
        made.act("acknowledge")
        return made

    yield make
    for made in rooms:
        made.close()


Make = Callable[..., Room]


def test_what_is_offered_is_what_will_be_run_and_says_what_it_lacks(room: Make) -> None:
    made = room(block("/bin/block", "--user={user_id}", "{source_ip}"))
    row = made.offered()
    assert row.what == "/bin/block --user=mallory '{source_ip}'"
    assert row.missing == ["source_ip"]
    assert row.tasks == [1]
    assert (row.rehearsed_at, row.running, row.kind) == (None, False, "command")
    with pytest.raises(ServiceError, match="lacks: source_ip"):
        made.act("rehearse", remedy="block")
    assert made.incident.runs == ()


def test_a_remedy_is_run_only_as_it_was_rehearsed(room: Make, tmp_path: Path) -> None:
    made = room(block("/usr/bin/touch", f"{tmp_path}/blocked-{{user_id}}", rehearsal=("/bin/echo", "would {user_id}")))
    with pytest.raises(ServiceError, match="rehears"):
        made.act("run", remedy="block")
    made.act("rehearse", remedy="block")
    assert ended(made.store, 1).state is RunState.DONE
    assert made.output(1) == (b"would mallory\n", 0)
    assert not (tmp_path / "blocked-mallory").exists()
    made.at = made.incident.last_at
    assert made.offered().rehearsed_at is not None
    made.act("run", remedy="block")
    assert ended(made.store, 2).state is RunState.DONE
    assert (tmp_path / "blocked-mallory").exists()


def test_a_rehearsal_of_yesterday_or_of_something_else_does_not_count(room: Make) -> None:
    made = room(block("/bin/true", "{user_id}"))
    made.act("rehearse", remedy="block")
    ended(made.store, 1)
    made.at = made.incident.last_at + HOUR + 1
    with pytest.raises(ServiceError, match="rehears"):
        made.act("run", remedy="block")
    made.at = made.incident.last_at
    made.policy = policy(remedies=(block("/bin/true", "--really", "{user_id}"),))
    with pytest.raises(ServiceError, match="rehears"):
        made.act("run", remedy="block")


def test_a_run_that_ends_well_ticks_its_task_and_says_so(room: Make) -> None:
    made = room(block("/bin/echo", "blocked"))
    made.rehearse_and_run()
    run = ended(made.store, 2)
    [task] = made.incident.tasks
    assert (task.state, task.note) == (TaskState.DONE, "by run 2")
    assert (run.exit_code, run.output_bytes, run.told, run.by) == (0, 8, "It ended with 0.", "alice")


def test_neither_a_rehearsal_nor_a_failure_ticks_a_task(room: Make) -> None:
    made = room(block("/bin/sh", "-c", "echo no such user; exit 7", rehearsal=("/bin/true",)))
    made.rehearse_and_run()
    assert (ended(made.store, 2).state, ended(made.store, 2).exit_code) == (RunState.FAILED, 7)
    assert [task.state for task in made.incident.tasks] == [TaskState.OPEN]
    assert made.output(2) == (b"no such user\n", 0)


def test_a_rehearsal_without_a_command_runs_nothing(room: Make, tmp_path: Path) -> None:
    made = room(block("/usr/bin/touch", f"{tmp_path}/blocked"))
    made.act("rehearse", remedy="block")
    run = ended(made.store, 1)
    assert (run.state, run.told) == (RunState.DONE, "Nothing was run: it was only shown.")
    assert run.what == f"Nothing is run. It would be: /usr/bin/touch {tmp_path}/blocked"
    assert not (tmp_path / "blocked").exists()


def test_a_command_is_told_of_the_incident_and_of_no_prompt(room: Make, tmp_path: Path) -> None:
    made = room(block("/bin/sh", "-c", f"cat > {tmp_path}/in; env > {tmp_path}/env", rehearsal=("/bin/true",)))
    made.rehearse_and_run()
    ended(made.store, 2)
    told = msgspec.json.decode((tmp_path / "in").read_bytes())
    assert told["incident"]["incident_id"] == "INC-1"
    assert told["values"]["user_id"] == ["mallory"]
    assert (told["remedy"], told["run"], told["rehearsal"]) == ("block", 2, False)
    assert b"secret words" not in (tmp_path / "in").read_bytes()
    names = {line.partition("=")[0] for line in (tmp_path / "env").read_text().splitlines()}
    assert names <= {"PATH", "LANG", "HOME", "LLMSEC_INCIDENT", "PWD", "SHLVL", "_", "OLDPWD"}


def test_what_a_log_says_is_never_run(room: Make, tmp_path: Path) -> None:
    shell = f"$(touch {tmp_path}/owned);touch {tmp_path}/owned"
    made = room(block("/bin/echo", "{user_id}"), user_id=shell)
    made.rehearse_and_run()
    ended(made.store, 2)
    assert made.output(2)[0].decode() == shell + "\n"
    assert not (tmp_path / "owned").exists()


def test_a_user_with_a_hostile_name_is_not_filled_in(room: Make) -> None:
    made = room(block("/bin/echo", "{user_id}"), user_id=HOSTILE)
    assert made.offered().missing == ["user_id (it holds characters that cannot be seen)"]
    with pytest.raises(ServiceError, match="cannot be seen"):
        made.act("rehearse", remedy="block")


def test_hostile_output_is_kept_as_it_is(room: Make) -> None:
    made = room(block("/bin/printf", r"\033]0;owned\007\377\000"))
    made.rehearse_and_run()
    ended(made.store, 2)
    assert made.output(2) == (b"\x1b]0;owned\x07\xff\x00", 0)


def test_two_users_make_no_target(room: Make) -> None:
    made = room(block("/bin/echo", "{user_id}"))
    made.desk.take([raised(made.store, 2, user_id="eve")], NOW)
    assert made.offered().missing == ["user_id (there is more than one)"]


def test_what_changed_between_asking_and_running_is_not_run(room: Make, tmp_path: Path) -> None:
    made = room(block("/usr/bin/touch", f"{tmp_path}/{{user_id}}"))
    made.act("rehearse", remedy="block")
    ended(made.store, 1)
    made.at = made.incident.last_at
    ask = ActOnIncident(command_id="c", incident_id="INC-1", act="run", version=made.incident.version, remedy="block")
    acted = made.desk.act(ALICE, ask, made.at)
    made.desk.take([raised(made.store, 2, user_id="eve")], made.at)
    assert acted.then is not None
    acted.then()
    run = ended(made.store, 2)
    assert (run.state, run.told) == (
        RunState.FAILED,
        "What would be done has changed since it was asked for. Nothing was done.",
    )
    assert not (tmp_path / "mallory").exists()


def test_a_webhook_is_asked_with_its_secret_and_shown_without(room: Make, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("Bearer s3cr3t\n")
    with serving() as site:
        remedy = Remedy(
            name="block",
            title="Block",
            url=site.url + "/users/{user_id}/block",
            method="PUT",
            headers={"Authorization": f"file:{tmp_path}/token"},
        )
        made = room(remedy, user_id="a/b c")
        made.rehearse_and_run()
        run = ended(made.store, 2)
        [(method, path, headers, body)] = site.asked
    assert (method, path, headers["authorization"]) == ("PUT", "/users/a%2Fb%20c/block", "Bearer s3cr3t")
    assert msgspec.json.decode(body)["incident"]["incident_id"] == "INC-1"
    assert (run.state, run.exit_code, made.output(2)) == (RunState.DONE, 200, (b"done", 0))
    written = msgspec.json.encode(made.store.incident_events("INC-1"))
    assert b"s3cr3t" not in written


def test_a_webhook_whose_secret_is_gone_is_not_asked(room: Make, tmp_path: Path) -> None:
    with serving() as site:
        headers = {"Authorization": f"file:{tmp_path}/nowhere"}
        made = room(Remedy(name="block", title="Block", url=site.url, headers=headers))
        made.rehearse_and_run()
        run = ended(made.store, 2)
        assert site.asked == []
    assert run.state is RunState.FAILED
    assert run.told.startswith(f"The file {tmp_path}/nowhere of the remedy block cannot be read")


def test_the_desk_goes_on_while_a_remedy_runs(room: Make, tmp_path: Path) -> None:
    made = room(block("/bin/sh", "-c", f"while [ ! -e {tmp_path}/go ]; do sleep 0.02; done", rehearsal=("/bin/true",)))
    made.rehearse_and_run()
    assert made.offered().running
    with pytest.raises(ServiceError, match="running"):
        made.act("run", remedy="block")
    made.act("investigate")
    assert made.incident.state is State.INVESTIGATING
    (tmp_path / "go").touch()
    assert ended(made.store, 2).state is RunState.DONE


def test_a_remedy_that_is_running_when_the_collector_ends_is_ended_and_told(tmp_path: Path) -> None:
    script = f"touch {tmp_path}/on; exec sleep 60"
    made = Room(tmp_path / "store.duckdb", block("/bin/sh", "-c", script, rehearsal=("/bin/true",)))
    opened(made.store, made.desk)
    made.act("acknowledge")
    made.rehearse_and_run()
    eventually((tmp_path / "on").exists)
    made.remedies.close()
    run = ended(made.store, 2)
    made.store.close()
    assert run.state is RunState.FAILED
    assert "the collector ends" in run.told


def test_what_ran_when_the_collector_died_is_lost_at_the_next_start(tmp_path: Path) -> None:
    made = Room(tmp_path / "store.duckdb", block("/bin/true"))
    opened(made.store, made.desk)
    made.act("acknowledge")
    ask = ActOnIncident(command_id="c", incident_id="INC-1", act="rehearse", version=2, remedy="block")
    # Its thread never begins: the collector died right after the act was stored.
    made.desk.act(ALICE, ask, NOW)
    made.close()
    again = Room(tmp_path / "store.duckdb", block("/bin/true"))
    again.remedies.lose(NOW + 1)
    [run] = again.incident.runs
    assert (run.state, run.by) == (RunState.LOST, "alice")
    assert again.store.running() == []
    again.remedies.lose(NOW + 2)
    assert again.incident.seq == made_seq(again)
    again.close()


def made_seq(room: Room) -> int:
    return room.store.incident_events("INC-1")[-1].seq


def test_a_remedy_that_nobody_knows_is_named(room: Make) -> None:
    made = room()
    with pytest.raises(NotFound, match="no remedy 'nuke'"):
        made.act("rehearse", remedy="nuke")


def test_no_more_than_four_run_at_once(tmp_path: Path, room: Make) -> None:
    names = [f"r{number}" for number in range(6)]
    script = f"touch {tmp_path}/on-$1; while [ ! -e {tmp_path}/go ]; do sleep 0.02; done"
    made = room(
        *(
            Remedy(name=name, title=name, command=("/bin/true",), rehearsal=("/bin/sh", "-c", script, "x", name))
            for name in names
        )
    )
    for name in names:
        made.act("rehearse", remedy=name)
    eventually(lambda: len(list(tmp_path.glob("on-*"))) == 4)
    (tmp_path / "go").touch()
    assert all(ended(made.store, number).state is RunState.DONE for number in range(1, 7))
    assert len(list(tmp_path.glob("on-*"))) == 6
