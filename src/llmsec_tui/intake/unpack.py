"""Tell by its first bytes how a file is packed."""

from collections.abc import Callable, Iterable, Iterator

from llmsec_tui.intake.inflate import GZIP_MAGIC, inflate
from llmsec_tui.intake.zstd import ZSTD_MAGIC, unpack_zstd

MAGIC_BYTES = 4


def unpacker(first: bytes) -> Callable[[Iterable[bytes]], Iterator[bytes]] | None:
    """What unpacks a file that begins so, None for one that is not packed or is an archive of several files.

    What it yields before it raises :class:`DamagedArchive` is good.
    """
    if first.startswith(GZIP_MAGIC):
        return inflate
    return unpack_zstd if first.startswith(ZSTD_MAGIC) else None
