"""Named pipes and standard input, read as they flow."""

import os
import threading
from pathlib import Path

from llmsec_tui.intake.follow import Follower
from llmsec_tui.intake.records import Read, SourceState


def _lines(*numbers: int) -> bytes:
    return b"".join(b'{"n":%d}\n' % number for number in numbers)


def _wait_for(follower: Follower, count: int) -> list[int]:
    found: list[int] = []
    for _ in range(2000):
        read = follower.poll()
        found += [record.data["n"] for record in read.records]
        if len(found) >= count:
            break
        follower.wait(0.01)
    return found


def test_a_named_pipe_is_read_as_it_flows_over_writers_that_come_and_go(tmp_path: Path) -> None:
    """Half a line is held until its rest comes, also when that is from the next writer."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    follower = Follower([str(pipe)], from_start=True)
    assert follower.problems == []
    with pipe.open("wb") as writer:
        writer.write(_lines(1, 2) + b'{"n"')
    assert _wait_for(follower, 2) == [1, 2]
    with pipe.open("wb") as writer:
        writer.write(b":3}\n")
    assert _wait_for(follower, 1) == [3]
    pipe.unlink()
    follower.poll()
    (row,) = follower.progress()
    assert (row.state, row.records) == (SourceState.DONE, 3)
    follower.close()


def test_a_pipe_that_nobody_empties_stops_its_writer(tmp_path: Path) -> None:
    """No more than was asked for is taken out of it, whatever is written."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    follower = Follower([str(pipe)], from_start=True)
    follower.poll(10)

    def write() -> None:
        with pipe.open("wb") as writer:
            writer.write(_lines(*range(50_000)))

    thread = threading.Thread(target=write)
    thread.start()
    taken = 0
    for _ in range(20):
        follower.wait(0.01)
        found = follower.poll(500).records
        assert sum(record.length for record in found) <= 600
        taken += len(found)
    assert thread.is_alive()
    assert taken + len(_wait_for(follower, 50_000 - taken)) == 50_000
    thread.join()
    follower.close()


def test_every_start_of_a_pipe_is_a_source_of_its_own(tmp_path: Path) -> None:
    """Offsets begin anew, so the same name would take new lines for old ones."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    seen: list[Read] = []
    for _ in range(2):
        known = [checkpoint for read in seen for checkpoint in read.checkpoints]
        follower = Follower([str(pipe)], known, from_start=True)
        with pipe.open("wb") as writer:
            writer.write(_lines(1))
        seen.append(follower.poll())
        follower.close()
    first, second = (read.records[0].source_id for read in seen)
    assert first != second
