"""How far a file was read, and enough of it to recognise it again."""

from dataclasses import dataclass

from llmsec_tui.intake.framing import Framing

HEAD_BYTES = 1024
ANCHOR_BYTES = 256


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Stored with the records it covers, so that a restart goes on behind the last of them."""

    source_id: str
    path: str
    generation: int
    """1 for the first file under a path, one more for each that replaced it."""
    device: int
    inode: int
    """0 once the file was deleted: nothing can continue it."""
    offset: int
    """Bytes consumed; always the end of a complete record."""
    records: int
    """Records found so far; the index of the next one."""
    head: bytes
    """Digest of the first ``head_length`` bytes."""
    head_length: int
    """``min(HEAD_BYTES, offset)``."""
    anchor: bytes
    """Digest of the ``min(ANCHOR_BYTES, offset)`` bytes before the offset. A file that was cut and grew past the offset
    differs here."""
    framing: Framing
    memory: bytes = b""
    """What its records said that later ones need, in the shape of ``formats/memory.py``."""
    packed: bytes = b""
    """Of an archive that was read to its end: what it is recognised by (see ``archive.py``); offsets are those of its
    unpacked content. Empty for every other file."""
    member: bytes = b""
    """Of a member of a zip archive: what its content is recognised by (see ``zipped.py``). It has no inode, and is read
    to its end once ``packed`` says of which archive."""
    trail: tuple[tuple[int, bytes], ...] = ()
    """Offsets on the way, with their anchors: a copy that was made before the last lines ends at one of them, or behind
    it (see ``trail.py``)."""
