"""Name a file's generations, and tell whether a file is still the one that a checkpoint was taken of."""

import os
from collections.abc import Mapping
from enum import Enum
from hashlib import blake2b
from typing import NamedTuple

from llmsec_tui.intake.checkpoint import ANCHOR_BYTES, HEAD_BYTES, Checkpoint


class Continuity(Enum):
    """What happened to a file since its checkpoint."""

    SAME = "same"
    """Go on at the offset."""
    TRUNCATED = "truncated"
    """It was cut and written anew; what was written just before that may be lost."""
    REWRITTEN = "rewritten"
    """The same inode with another beginning: overwritten, or removed and its inode given to a new file."""
    REPLACED = "replaced"
    """Another file."""
    COPY = "copy"
    """Another file with the same content up to the offset: a copy, or what an editor saved in place of the old one."""


class Signs(NamedTuple):
    """What can be compared of a file and a checkpoint."""

    same_inode: bool
    long_enough: bool
    """It has at least as many bytes as were read."""
    same_head: bool
    same_anchor: bool


_NO, _YES = False, True
DECISIONS: Mapping[Signs, Continuity] = {
    Signs(_YES, _YES, _YES, _YES): Continuity.SAME,
    Signs(_YES, _YES, _YES, _NO): Continuity.TRUNCATED,
    Signs(_YES, _YES, _NO, _YES): Continuity.REWRITTEN,
    Signs(_YES, _YES, _NO, _NO): Continuity.REWRITTEN,
    Signs(_YES, _NO, _YES, _YES): Continuity.TRUNCATED,
    Signs(_YES, _NO, _YES, _NO): Continuity.TRUNCATED,
    Signs(_YES, _NO, _NO, _YES): Continuity.TRUNCATED,
    Signs(_YES, _NO, _NO, _NO): Continuity.TRUNCATED,
    Signs(_NO, _YES, _YES, _YES): Continuity.COPY,
    Signs(_NO, _YES, _YES, _NO): Continuity.REPLACED,
    Signs(_NO, _YES, _NO, _YES): Continuity.REPLACED,
    Signs(_NO, _YES, _NO, _NO): Continuity.REPLACED,
    Signs(_NO, _NO, _YES, _YES): Continuity.REPLACED,
    Signs(_NO, _NO, _YES, _NO): Continuity.REPLACED,
    Signs(_NO, _NO, _NO, _YES): Continuity.REPLACED,
    Signs(_NO, _NO, _NO, _NO): Continuity.REPLACED,
}
"""Every combination, whether it can occur or not."""


def source_id(path: str, generation: int) -> str:
    """Twelve hexadecimal digits for one generation of the file under an absolute path."""
    return blake2b(f"{generation}:{path}".encode("utf-8", "surrogateescape"), digest_size=6).hexdigest()


def digest(data: bytes) -> bytes:
    """How checkpoints remember bytes."""
    return blake2b(data, digest_size=16).digest()


def signs(descriptor: int, seen: Checkpoint) -> Signs:
    """Compare an open file with its checkpoint; reads at most ``HEAD_BYTES + ANCHOR_BYTES``.

    The device is not compared: it gets another number when the file system is mounted again.
    """
    now = os.fstat(descriptor)
    return Signs(
        now.st_ino == seen.inode,
        now.st_size >= seen.offset,
        digest(os.pread(descriptor, seen.head_length, 0)) == seen.head,
        digest(before(descriptor, seen.offset)) == seen.anchor,
    )


def continuity(descriptor: int, seen: Checkpoint) -> Continuity:
    """What happened to a file since its checkpoint was taken."""
    return DECISIONS[signs(descriptor, seen)]


def before(descriptor: int, offset: int) -> bytes:
    """The ``ANCHOR_BYTES`` in front of an offset, fewer at the beginning of the file."""
    start = max(offset - ANCHOR_BYTES, 0)
    return os.pread(descriptor, offset - start, start)


def head(descriptor: int, offset: int) -> bytes:
    """As much of the beginning as a checkpoint at this offset remembers."""
    return os.pread(descriptor, min(HEAD_BYTES, offset), 0)
