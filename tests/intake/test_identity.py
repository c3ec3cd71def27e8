"""What happened to a file: each of the sixteen combinations of signs, and real files for those that can occur."""

import os
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from llmsec_tui.intake.checkpoint import Checkpoint
from llmsec_tui.intake.follow import Follower
from llmsec_tui.intake.identity import DECISIONS, Continuity, Signs, signs

HEADER = b'{"header":"' + b"h" * 2000 + b'"}\n'
OLD = HEADER + b"".join(b'{"n":%03d}\n' % number for number in range(100))
OFFSET = len(OLD)
OTHER_HEAD = OLD.replace(b"hhh", b"xxx", 1)
OTHER_TAIL = OLD.replace(b'{"n":099}', b'{"n":xxx}')
OTHER = OTHER_HEAD.replace(b'{"n":099}', b'{"n":xxx}')
MORE = b'{"n":100}\n'
YES, NO = True, False


def by_growing(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content[OFFSET:])


def by_cutting(path: Path, content: bytes) -> None:
    with path.open("r+b") as file:
        file.truncate()
        file.write(content)


def by_making_another(path: Path, content: bytes) -> None:
    new = path.with_name("new")
    new.write_bytes(content)
    new.rename(path)


# same inode, long enough, same head, same anchor; how it comes about; what the file holds then; what it means
ROWS = [
    ("grown", (YES, YES, YES, YES), by_growing, OLD + MORE, Continuity.SAME),
    ("cut and grown again below its header", (YES, YES, YES, NO), by_cutting, OTHER_TAIL + MORE, Continuity.TRUNCATED),
    ("beginning overwritten in place", (YES, YES, NO, YES), by_cutting, OTHER_HEAD + MORE, Continuity.REWRITTEN),
    ("cut and another content written", (YES, YES, NO, NO), by_cutting, OTHER + MORE, Continuity.REWRITTEN),
    ("cut, the same header", (YES, NO, YES, NO), by_cutting, HEADER, Continuity.TRUNCATED),
    ("cut, another header", (YES, NO, NO, NO), by_cutting, OTHER_HEAD[:1500], Continuity.TRUNCATED),
    ("cut to nothing", (YES, NO, NO, NO), by_cutting, b"", Continuity.TRUNCATED),
    ("saved anew by an editor, or a copy", (NO, YES, YES, YES), by_making_another, OLD + MORE, Continuity.COPY),
    ("another with the same header", (NO, YES, YES, NO), by_making_another, OTHER_TAIL + MORE, Continuity.REPLACED),
    ("another, the same bytes there", (NO, YES, NO, YES), by_making_another, OTHER_HEAD + MORE, Continuity.REPLACED),
    ("another file", (NO, YES, NO, NO), by_making_another, OTHER + MORE, Continuity.REPLACED),
    ("another, shorter file with the same header", (NO, NO, YES, NO), by_making_another, HEADER, Continuity.REPLACED),
    ("another, shorter file", (NO, NO, NO, NO), by_making_another, b'{"n":1}\n', Continuity.REPLACED),
]  # fmt: skip

IMPOSSIBLE = {Signs(inode, NO, head, YES) for inode in (YES, NO) for head in (YES, NO)}
"""A file that does not reach the offset has no bytes before it that could be the same."""


def seen(path: Path) -> Checkpoint:
    """The checkpoint of a follower that has read the old content."""
    path.write_bytes(OLD)
    follower = Follower([str(path)], from_start=True)
    (checkpoint,) = follower.poll().checkpoints
    follower.close()
    assert checkpoint.offset == OFFSET
    return checkpoint


@pytest.mark.parametrize(("row", "how", "content", "means"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_what_happened_to_a_file_is_told_by_its_signs(
    tmp_path: Path, row: tuple[bool, ...], how: object, content: bytes, means: Continuity
) -> None:
    """A real file each, changed as the row says, shows these signs; and they mean this."""
    path = tmp_path / "a.log"
    checkpoint = seen(path)
    assert callable(how)
    how(path, content)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        # Whether a file system gives an inode again is up to it.
        shown = signs(descriptor, checkpoint)
        if row[0] is NO and shown.same_inode:
            shown = signs(descriptor, replace(checkpoint, inode=checkpoint.inode + 1))
    finally:
        os.close(descriptor)
    assert (shown, DECISIONS[shown]) == (Signs(*row), means)


def test_every_combination_is_decided() -> None:
    """Sixteen rows: those of the table above, and those that no file can show."""
    every = {Signs(*row) for row in product((YES, NO), repeat=4)}
    assert set(DECISIONS) == every
    assert {Signs(*row[1]) for row in ROWS} == every - IMPOSSIBLE
    # The cautious answer: nothing is skipped.
    assert {DECISIONS[one] for one in IMPOSSIBLE} == {Continuity.TRUNCATED, Continuity.REPLACED}


@pytest.mark.parametrize(
    ("content", "means"), [(OTHER + MORE, Continuity.REWRITTEN), (OTHER_TAIL, Continuity.TRUNCATED)]
)
def test_an_inode_that_was_given_to_another_file_is_not_taken_for_the_old_one(
    tmp_path: Path, content: bytes, means: Continuity
) -> None:
    """Forced: the checkpoint has the new file's inode. The new file is read whole, and what happened is said."""
    path = tmp_path / "a.log"
    checkpoint = seen(path)
    by_making_another(path, content)
    reused = replace(checkpoint, inode=path.stat().st_ino, device=path.stat().st_dev)
    descriptor = os.open(path, os.O_RDONLY)
    assert DECISIONS[signs(descriptor, reused)] is means
    os.close(descriptor)
    follower = Follower([str(path)], [reused], from_start=True)
    read = follower.poll()
    follower.close()
    assert len(read.records) + len(read.dead_letters) == content.count(b"\n")
    assert len(read.notices) == 1
