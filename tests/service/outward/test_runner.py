"""Commands that hang, fail, babble, fork, refuse to die or do not exist: none of them harms the collector."""

import os
import resource
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.patience import PATIENCE_S

from llmsec_tui.incidents.states import RunState
from llmsec_tui.service.outward import runner
from llmsec_tui.service.outward.runner import HEAD_BYTES, TAIL_BYTES, Output, Ran, run_command

ENVIRONMENT = {"PATH": "/usr/bin:/bin"}


def run(*command: str, stdin: bytes = b"{}", timeout_s: float = PATIENCE_S, stop: threading.Event | None = None) -> Ran:
    return run_command(command, stdin, ENVIRONMENT, timeout_s, stop or threading.Event())


def shell(script: str, timeout_s: float = PATIENCE_S, stop: threading.Event | None = None) -> Ran:
    return run("/bin/sh", "-c", script, timeout_s=timeout_s, stop=stop)


def count_from(sign: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no time pass for the runner before there is something in this file: programs start when the machine likes."""
    began, ahead = time.monotonic(), 0.0

    def monotonic() -> float:
        nonlocal ahead
        if not (sign.exists() and sign.read_text()):
            ahead = time.monotonic() - began
        return time.monotonic() - ahead

    monkeypatch.setattr(runner, "time", SimpleNamespace(monotonic=monotonic, sleep=time.sleep))


def ends(pid: int) -> bool:
    """Whether a process that was killed goes away, which it does when the machine likes."""
    until = time.monotonic() + PATIENCE_S
    while not (gone := is_gone(pid)) and time.monotonic() < until:
        time.sleep(0.01)
    return gone


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except FileNotFoundError:
        return True


def test_a_command_gets_its_input_and_its_outputs_are_kept_in_their_order() -> None:
    ran = run("/bin/sh", "-c", "cat; echo; echo oops >&2", stdin=b'{"incident": "INC-1"}')
    assert (ran.state, ran.exit_code, ran.cut) == (RunState.DONE, 0, 0)
    assert ran.output == b'{"incident": "INC-1"}\noops\n'
    assert ran.output_bytes == len(ran.output)


def test_a_command_sees_the_environment_that_it_is_given_and_nothing_more() -> None:
    os.environ["A_SECRET_OF_THE_COLLECTOR"] = "xyzzy"
    try:
        ran = run_command(["env"], b"", {**ENVIRONMENT, "LLMSEC_INCIDENT": "INC-1"}, 10, threading.Event())
    finally:
        del os.environ["A_SECRET_OF_THE_COLLECTOR"]
    assert sorted(ran.output.split()) == [b"LLMSEC_INCIDENT=INC-1", b"PATH=/usr/bin:/bin"]


def test_what_looks_like_a_shell_stays_an_argument(tmp_path: Path) -> None:
    hostile = f"$(touch {tmp_path}/owned) `id`; rm -rf {tmp_path} | cat > {tmp_path}/x"
    ran = run("/bin/echo", "-n", hostile)
    assert ran.output.decode() == hostile
    assert list(tmp_path.iterdir()) == []


def test_a_command_that_fails_is_told_by_its_code() -> None:
    ran = shell("echo no; exit 3")
    assert (ran.state, ran.exit_code, ran.told) == (RunState.FAILED, 3, "It ended with 3.")


def test_a_command_that_kills_itself_is_told_by_the_signal() -> None:
    ran = shell("kill -KILL $$")
    assert (ran.state, ran.exit_code, ran.told) == (RunState.FAILED, None, "It was ended by SIGKILL.")


def test_a_command_that_is_not_there_is_told_and_nothing_is_done() -> None:
    ran = run("/nowhere/block")
    assert (ran.state, ran.exit_code) == (RunState.FAILED, None)
    assert ran.told == "/nowhere/block could not be run: there is no such program. Nothing was done."


def test_a_file_that_is_no_program_is_told(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.write_bytes(b"\0\1\2")
    assert "permission denied" in run(str(data)).told
    data.chmod(0o755)
    assert "exec format error" in run(str(data)).told


def test_a_command_that_hangs_is_ended_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count_from(tmp_path / "pid", monkeypatch)
    ran = shell(f"sleep 3600 & echo $! > {tmp_path}/pid; sleep 3600", timeout_s=0.5)
    assert (ran.state, ran.exit_code) == (RunState.TIMED_OUT, None)
    assert "took more than 0.5 s" in ran.told
    assert ends(int((tmp_path / "pid").read_text()))


def test_a_command_that_ignores_being_told_to_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    count_from(tmp_path / "pid", monkeypatch)
    monkeypatch.setattr(runner, "GRACE_S", 0.5)
    ran = shell(f"trap '' TERM; echo $$ > {tmp_path}/pid; while :; do sleep 0.1; done", timeout_s=0.5)
    assert ran.state is RunState.TIMED_OUT
    assert ends(int((tmp_path / "pid").read_text()))


def test_a_command_that_ends_well_when_told_to_keeps_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count_from(tmp_path / "ready", monkeypatch)
    monkeypatch.setattr(runner, "GRACE_S", PATIENCE_S)
    script = f"trap 'echo bye; exit 0' TERM; echo > {tmp_path}/ready; while :; do sleep 0.05; done"
    ran = shell(script, timeout_s=0.5)
    assert ran.state is RunState.TIMED_OUT
    assert ran.output.endswith(b"bye\n")


def test_a_command_is_ended_when_the_collector_ends() -> None:
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    ran = shell("sleep 60", stop=stop)
    assert ran.state is RunState.FAILED
    assert "the collector ends" in ran.told


def test_a_daemon_that_holds_the_output_keeps_nobody_waiting(tmp_path: Path) -> None:
    ran = shell(
        f"setsid sh -c 'echo $$ > {tmp_path}/pid; exec sleep 3600' & while [ ! -s {tmp_path}/pid ]; do sleep 0.01; done"
    )
    daemon = int((tmp_path / "pid").read_text())
    assert not is_gone(daemon)
    os.kill(daemon, 9)
    assert (ran.state, ran.exit_code) == (RunState.DONE, 0)
    assert ran.told.endswith("Something that it started goes on and holds its output.")


def test_a_command_that_closes_its_outputs_is_waited_for() -> None:
    assert shell("exec <&- >&- 2>&-; sleep 0.3; exit 4").exit_code == 4


def test_input_that_nobody_reads_harms_nobody() -> None:
    assert run("true", stdin=b"x" * 1_000_000).state is RunState.DONE


def test_input_longer_than_a_pipe_is_written_while_output_is_read() -> None:
    assert run("cat", stdin=b"x" * 1_000_000).output_bytes == 1_000_000


def test_a_gigabyte_is_counted_and_its_ends_are_kept_in_flat_memory() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ran = shell("echo begin; head -c 1000000000 /dev/zero; echo end", timeout_s=PATIENCE_S)
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert (ran.state, ran.output_bytes) == (RunState.DONE, 1_000_000_010)
    assert len(ran.output) == HEAD_BYTES + TAIL_BYTES
    assert ran.output.startswith(b"begin\n")
    assert ran.output.endswith(b"end\n")
    assert grown_kib < 8_192


@pytest.mark.parametrize("size", [HEAD_BYTES - 1, HEAD_BYTES, HEAD_BYTES + TAIL_BYTES, HEAD_BYTES + TAIL_BYTES + 1])
def test_output_is_whole_as_long_as_it_fits(size: int) -> None:
    ran = run(sys.executable, "-c", f"import sys; sys.stdout.buffer.write(bytes(i % 251 for i in range({size})))")
    assert ran.output_bytes == size
    assert ran.cut == max(size - HEAD_BYTES - TAIL_BYTES, 0)
    if not ran.cut:
        assert ran.output == bytes(i % 251 for i in range(size))


@given(st.lists(st.integers(0, 40_000), max_size=8))
def test_output_keeps_its_beginning_and_its_end_however_it_comes(sizes: list[int]) -> None:
    whole = bytes(i % 251 for i in range(sum(sizes)))
    output, at = Output(), 0
    for size in sizes:
        output.add(whole[at : at + size])
        at += size
    assert output.total == len(whole)
    assert output.kept[:HEAD_BYTES] == whole[:HEAD_BYTES]
    assert output.kept[HEAD_BYTES:] == whole[HEAD_BYTES:][-TAIL_BYTES:]
    assert output.cut == len(whole) - len(output.kept)
