"""Name a file's generations, and tell whether a file is still the one that a checkpoint was taken of."""

import os
from enum import Enum
from hashlib import blake2b

from llmsec_tui.intake.checkpoint import ANCHOR_BYTES, HEAD_BYTES, Checkpoint


class Continuity(Enum):
    """What happened to a file since its checkpoint."""

    SAME = "same"
    """Go on at the offset."""
    TRUNCATED = "truncated"
    """It was cut and written anew; what was written just before that may be lost."""
    REPLACED = "replaced"
    """Another file."""


def source_id(path: str, generation: int) -> str:
    """Twelve hexadecimal digits for one generation of the file under an absolute path."""
    return blake2b(f"{generation}:{path}".encode("utf-8", "surrogateescape"), digest_size=6).hexdigest()


def digest(data: bytes) -> bytes:
    """How checkpoints remember bytes."""
    return blake2b(data, digest_size=16).digest()


def continuity(descriptor: int, seen: Checkpoint) -> Continuity:
    """Compare an open file with its checkpoint; reads at most ``HEAD_BYTES + ANCHOR_BYTES``.

    The device is not compared: it gets another number when the file system is mounted again.
    """
    now = os.fstat(descriptor)
    if now.st_ino != seen.inode:
        return Continuity.REPLACED
    if now.st_size < seen.offset:
        return Continuity.TRUNCATED
    if digest(os.pread(descriptor, seen.head_length, 0)) != seen.head:
        return Continuity.REPLACED
    return Continuity.SAME if digest(before(descriptor, seen.offset)) == seen.anchor else Continuity.TRUNCATED


def before(descriptor: int, offset: int) -> bytes:
    """The ``ANCHOR_BYTES`` in front of an offset, fewer at the beginning of the file."""
    start = max(offset - ANCHOR_BYTES, 0)
    return os.pread(descriptor, offset - start, start)


def head(descriptor: int, offset: int) -> bytes:
    """As much of the beginning as a checkpoint at this offset remembers."""
    return os.pread(descriptor, min(HEAD_BYTES, offset), 0)
