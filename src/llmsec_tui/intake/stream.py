"""The bytes of one source in, its records and dead letters out."""

from llmsec_tui.intake.decode import Decoder
from llmsec_tui.intake.encoding import Encoding
from llmsec_tui.intake.frame import DOCUMENT_CAP, LINE_CAP, Cut, Framer
from llmsec_tui.intake.framing import Framing
from llmsec_tui.intake.records import Notice, NoticeKind, Read

SNIFFED_BYTES = 8192
"""NUL bytes among so many first ones, and not a single record: the file is no log."""
_KINDS = (
    (b"\x1f\x8b", "gzip-compressed"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed"),
    (b"\xff\xfe\0\0", "UTF-32 text"),
)


class RecordStream:
    """Frames and decodes one generation of one file, from wherever reading begins."""

    def __init__(
        self,
        source_id: str,
        path: str,
        offset: int = 0,
        records: int = 0,
        framing: Framing = Framing.UNKNOWN,
        *,
        encoding: Encoding | None = None,
        line_cap: int = LINE_CAP,
        document_cap: int = DOCUMENT_CAP,
    ) -> None:
        """Start at ``offset``, the end of a record; ``records`` is the index of the next one. Caps are in bytes.

        Without an ``encoding``, the first bytes at offset 0 tell it."""
        self.position = offset
        """End of the bytes that were fed."""
        self.problem = ""
        """A sentence as long as the file looks like no log at all."""
        self._framer = Framer(offset, framing, encoding=encoding, line_cap=line_cap, document_cap=document_cap)
        self._decoder = Decoder(source_id, path, records)
        self._first: bytes | None = b""

    @property
    def source_id(self) -> str:
        return self._decoder.source_id

    @property
    def path(self) -> str:
        return self._decoder.path

    @property
    def consumed(self) -> int:
        """Offset behind the last complete record."""
        return self._framer.consumed

    @property
    def records(self) -> int:
        """Index of the next record."""
        return self._decoder.records

    @property
    def framing(self) -> Framing:
        return self._framer.framing

    @property
    def encoding(self) -> Encoding:
        """How the text is written, as far as it is known."""
        return self._framer.encoding

    def rename(self, path: str) -> None:
        """The same file has another name from here on."""
        self._decoder.path = path

    def feed(self, data: bytes, into: Read, *, last: bool = False) -> None:
        """Take the next bytes; what they complete goes into ``into``.

        After the ``last`` ones a line without a newline is complete too.
        """
        offset = self.position
        self.position += len(data)
        cut = self._framer.feed(data)
        if last:
            cut = cut.and_then(self._framer.finish())
        self._take(cut, into, offset, data, last)

    def _take(self, cut: Cut, into: Read, offset: int, data: bytes, last: bool) -> None:
        records, letters = self._decoder.decode(cut.frames, self._framer.encoding)
        letters += [self._decoder.too_long(oversize) for oversize in cut.oversize]
        if records:
            self.problem = ""
            self._first = None
        elif self._looks_binary(data, last):
            letters = [self._decoder.refuse(offset, data, f"{self.problem} It was not read line by line.")]
            into.notices.append(self._notice(offset, NoticeKind.UNREADABLE, self.problem))
        elif self.problem:
            letters = []
        into.records.extend(records)
        into.dead_letters.extend(letters)
        for oversize in () if self.problem else cut.oversize:
            message = (
                f"{self.path} has a record of {oversize.length:,} bytes at offset {oversize.offset:,}, which is more"
                f" than is read at once. It was not searched for attacks."
            )
            into.notices.append(self._notice(oversize.offset, NoticeKind.OVERSIZE, message))

    def _looks_binary(self, data: bytes, last: bool) -> bool:
        """Whether this piece shows that the file is no log; asked until that or the opposite is known."""
        if self._first is None or self.problem:
            return False
        self._first = (self._first + data[:SNIFFED_BYTES])[:SNIFFED_BYTES]
        if len(self._first) < SNIFFED_BYTES and not last:
            return False
        first, self._first = self._first, None
        if b"\0" not in first or (self._framer.encoding.is_wide and not first.startswith(_KINDS[-1][0])):
            return False
        kind = next((name for magic, name in _KINDS if first.startswith(magic)), "binary")
        self.problem = f"{self.path} is not a log that can be read: its content is {kind}."
        return True

    def _notice(self, offset: int, kind: NoticeKind, message: str) -> Notice:
        return Notice(self.source_id, self.path, offset, kind, message)
