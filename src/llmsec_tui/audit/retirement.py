"""Old files of a journal may go: a record says how many records they held and what they were, and the chain goes on."""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from pathlib import Path

from llmsec_tui.audit.following import Break, Chain
from llmsec_tui.audit.keys import RETIRE
from llmsec_tui.audit.record import LINES, UNREADABLE, Facts, Line
from llmsec_tui.audit.segment import number_of
from llmsec_tui.audit.tree import Range

_BEGINNING = b'{"action":"' + RETIRE.encode() + b'"'


def retirement_facts(chain: Chain, files: int, key: str) -> Facts:
    """What the record of a retirement holds: all that it takes to go on from the last retired record.

    ``key`` is the one that sealed there; empty for none.
    """
    return {
        "key": key,
        "records": chain.seq,
        "files": files,
        "head": chain.head.hex(),
        "root": chain.tree.root().hex(),
        "range": " ".join(b64encode(node).decode() for node in chain.tree.nodes),
    }


def beginning(paths: Sequence[Path]) -> tuple[Chain, int]:
    """Where following a journal's files begins: the chain up to there, and the index of the first file that counts.

    Files in front of it are leftovers of a retirement that was interrupted. Raises Break when older files are missing
    and no record says that they were retired.
    """
    if not paths or number_of(paths[0]) == 1:
        return Chain(), 0
    firsts = {_first_seq(path): index for index, path in enumerate(paths)}
    for line in reversed([line for path in paths for line in _retirements(path)]):
        if (index := firsts.get(_number(line, "records") + 1)) is not None:
            return _retired(line, paths[index]), index
    raise Break(paths[0], 0, "file 1 of the journal is missing, and no record says that it was retired")


def _retired(line: Line, path: Path) -> Chain:
    records = _number(line, "records")
    try:
        nodes = [b64decode(node, validate=True) for node in str(line.after.get("range", "")).split()]
        tree = Range(records, nodes)
        head = bytes.fromhex(str(line.after.get("head")))
    except (Base64Error, ValueError) as error:
        raise Break(path, 0, f"what was retired before it cannot be told from record {line.seq} ({error})") from error
    # The record itself comes first among the journal's own: it names the key that sealed when it was made.
    return Chain(seq=records, start=records, head=head, log_id=line.log_id, tree=tree, before=tree.copy(), own=[line])


def _number(line: Line, name: str) -> int:
    value = line.after.get(name)
    return value if isinstance(value, int) else 0


def _retirements(path: Path) -> list[Line]:
    found = [line for line in path.read_bytes().split(b"\n") if line.startswith(_BEGINNING)]
    return [line for line in map(_read, found) if line is not None]


def _first_seq(path: Path) -> int:
    with path.open("rb") as file:
        line = _read(file.readline())
    return line.seq if line else 0


def _read(line: bytes) -> Line | None:
    """A line, or None for what is none: it will be found to be broken when the chain is followed."""
    try:
        return LINES.decode(line)
    except UNREADABLE:
        return None
