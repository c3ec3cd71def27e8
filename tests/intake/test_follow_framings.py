"""Files of every framing are followed while they grow, also over a restart."""

from pathlib import Path
from typing import Any

import pytest
from tests.intake.framings import FRAMINGS, check_places

from llmsec_tui.intake.checkpoint import Checkpoint
from llmsec_tui.intake.follow import Follower
from llmsec_tui.intake.records import Read

RECORDS = [{"n": n, "text": 'é "\\ 😀 ਅ'} for n in range(6)]


@pytest.mark.parametrize("step", [7, 61])
@pytest.mark.parametrize("name", FRAMINGS)
def test_every_record_is_found_once_while_the_file_grows_and_the_reader_restarts(
    name: str, step: int, tmp_path: Path
) -> None:
    path = tmp_path / "a.log"
    data = FRAMINGS[name](RECORDS)
    if not data.endswith((b"\n", b"\n\0")):
        # Only a newline tells that a last line is complete, and nothing a last line that ends with a return.
        data += "\n".encode("utf-16-le" if "LE" in name else "utf-16-be" if "BE" in name else "utf-8")
    path.write_bytes(b"")
    whole, checkpoints = Read(), list[Checkpoint]()
    for place in range(0, len(data), step):
        with path.open("ab") as file:
            file.write(data[place : place + step])
        follower = Follower([str(path)], checkpoints, from_start=True)
        while read := follower.poll():
            whole.records.extend(read.records)
            whole.dead_letters.extend(read.dead_letters)
            checkpoints = read.checkpoints or checkpoints
        follower.close()
    found: list[Any] = [record.data for record in whole.records]
    assert found == RECORDS
    assert whole.dead_letters == []
    check_places(data, whole)


def test_a_utf_16_file_is_followed_from_its_end(tmp_path: Path) -> None:
    for encoding in ("utf-16-le", "utf-16-be"):
        path = tmp_path / f"{encoding}.log"
        path.write_bytes('{"old":1}\n{"old":2}\n'.encode(encoding))
        follower = Follower([str(path)], from_start=False)
        with path.open("ab") as file:
            file.write('{"new":1}\n'.encode(encoding))
        records = [record for read in iter(follower.poll, Read()) for record in read.records]
        follower.close()
        assert {"new": 1} in [record.data for record in records]
        assert {"old": 1} not in [record.data for record in records]
