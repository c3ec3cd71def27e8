"""Compare a journal with its own checkpoints: are they of the right key, of these records, and all there?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from llmsec_tui.audit import checkpoints, keys
from llmsec_tui.audit.checkpoints import EVERY, MOST_UNSEALED, Misread, Stored
from llmsec_tui.audit.following import Chain
from llmsec_tui.audit.keys import Era
from llmsec_tui.audit.note import Verifier
from llmsec_tui.audit.record import GENESIS
from llmsec_tui.audit.verdicts import Code, VerdictRow, verdict

_SLACK = 2
"""Records that may come between the last that can be left unsealed and the one that says so."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What verification knows besides the files."""

    key: Verifier | None
    """The key that is trusted; None for the first that the journal names."""
    live: bool
    """Whether somebody writes."""
    broken: bool
    """Whether the chain ends early because a record is not as it was written."""


@dataclass(slots=True)
class SealCheck:
    """What the checkpoints say."""

    rows: list[VerdictRow] = field(default_factory=list)
    seq: int = 0
    """The last record under a valid checkpoint of a trusted key."""
    key_id: str = ""
    """Of that key."""

    def add(self, code: Code, words: str) -> None:
        """One finding of a kind is enough: the first."""
        if all(row.code != code for row in self.rows):
            self.rows.append(verdict(code, words))


def check_seals(stored: Sequence[Stored | Misread], state: Chain, expected: Expected) -> SealCheck:
    """Every checkpoint, in order; ``state.states`` must know the state at each of their sizes."""
    check = SealCheck()
    try:
        eras = keys.eras(state.own)
    except ValueError as error:
        check.add(Code.BROKEN, f"The journal names a key that is none: {error}.")
        return check
    trusted = _trusted(eras, expected.key)
    if expected.key is not None and not trusted:
        name = expected.key.key_id
        if eras:
            check.add(Code.WRONG_KEY, f"Nothing in the journal is sealed with the key {name}: {_named(eras)}.")
        else:
            check.add(Code.NO_SEAL_WHERE_EXPECTED, f"Nothing is sealed, where the key {name} was to seal.")
    sizes = list(_valid_sizes(check, stored, state, expected, eras, trusted))
    if not expected.broken:
        _check_gaps(check, sizes, state, expected, eras)
    return check


def _trusted(eras: Sequence[Era], key: Verifier | None) -> range:
    """The eras whose keys vouch for each other and include the trusted one."""
    home = 0 if key is None else max((index for index, era in enumerate(eras) if era.key == key), default=-1)
    if not 0 <= home < len(eras):
        return range(0)
    first = last = home
    while first and eras[first].follows:
        first -= 1
    while last + 1 < len(eras) and eras[last + 1].follows:
        last += 1
    return range(first, last + 1)


def _named(eras: Sequence[Era]) -> str:
    return "it names " + ", ".join(dict.fromkeys(era.key.key_id for era in eras))


def _valid_sizes(
    check: SealCheck,
    stored: Sequence[Stored | Misread],
    state: Chain,
    expected: Expected,
    eras: Sequence[Era],
    trusted: range,
) -> Iterator[int]:
    """The sizes of those that are in order; what is wrong with the others is added to ``check``."""
    previous: bytes | None = GENESIS
    largest = 0
    for one in stored:
        if isinstance(one, Misread):
            code = Code.TORN_TAIL if one.torn else Code.BROKEN
            check.add(code, f"A checkpoint ({checkpoints.FILE}, byte {one.offset}) is broken: {one.why}.")
            previous = None
            continue
        size = one.checkpoint.size
        if previous is not None and one.checkpoint.previous != previous:
            check.add(Code.NO_SEAL_WHERE_EXPECTED, f"A checkpoint in front of that of record {size} is missing.")
        previous = one.digest
        if size < largest:
            check.add(Code.FORK, f"Behind a checkpoint of {largest} records stands one of {size}: two histories.")
        largest = max(largest, size)
        era = keys.era_at(eras, size)
        if _holds(check, one, state, expected, eras, era):
            yield size
            if era in trusted:
                check.seq, check.key_id = max(check.seq, size), eras[era].key.key_id
            elif trusted and era >= trusted.stop:
                key = eras[era].key.key_id
                words = f"From record {eras[era].first_seq} on the key {key} seals, and the one before did not agree."
                check.add(Code.WRONG_KEY, f"{words} If you trust it, name it with --key.")


def _holds(check: SealCheck, one: Stored, state: Chain, expected: Expected, eras: Sequence[Era], era: int) -> bool:
    """Whether a checkpoint is signed by the key of its time and says what the records say."""
    sealed = one.checkpoint
    if state.log_id and sealed.origin != checkpoints.origin(state.log_id):
        check.add(Code.BROKEN, f"The checkpoint of record {sealed.size} belongs to another journal, {sealed.origin}.")
        return False
    if sealed.size > state.seq:
        if not expected.broken:
            words = f"A checkpoint has seen {sealed.size} records and there are {state.seq}"
            check.add(Code.TRUNCATED, f"{words}: records {state.seq + 1} to {sealed.size} are gone.")
        return False
    if sealed.size < state.start:
        # What was retired cannot be derived again, and neither can its keys; the next checkpoint stands for it.
        return False
    if era < 0:
        check.add(Code.WRONG_KEY, f"The checkpoint of record {sealed.size} is sealed, and no key was to seal then.")
        return False
    key = eras[era].key
    if not key.signed(one.note):
        if any(signature.key_hash == key.key_hash for signature in one.note.signatures):
            check.add(Code.BROKEN, f"The checkpoint of record {sealed.size} is not as it was signed.")
        else:
            words = f"The checkpoint of record {sealed.size} is signed by another key than {key.key_id}"
            check.add(Code.WRONG_KEY, f"{words}, which seals there.")
        return False
    if state.states[sealed.size] != (sealed.root, sealed.head):
        words = f"The records up to {sealed.size} are not those that were sealed: they were rewritten."
        check.add(Code.FORK, words)
        return False
    return True


def _check_gaps(check: SealCheck, sizes: Sequence[int], state: Chain, expected: Expected, eras: Sequence[Era]) -> None:
    """Whether there are as many checkpoints as there must be."""
    if not eras:
        if state.seq and not check.rows:
            words = f"Records 1 to {state.seq} are chained and not sealed: nobody signs this journal"
            check.add(Code.UNSEALED_TAIL, f"{words}, so whoever can write its files can rewrite all of it.")
        return
    last = max(eras[0].first_seq - 1, state.start)
    for size in sorted(sizes):
        if size - last > MOST_UNSEALED and not _said_so(state, last):
            words = f"Between records {last} and {size} there is no checkpoint, and nothing says why."
            check.add(Code.NO_SEAL_WHERE_EXPECTED, words)
        last = size
    if last >= state.seq:
        return
    records = f"Records {last + 1} to {state.seq} are" if last + 1 < state.seq else f"Record {state.seq} is"
    rest = f"{records} chained and not sealed"
    said_so = _said_so(state, last)
    if not expected.live:
        words = f"{rest}, and nobody writes: a crash leaves that, and so does taking the last checkpoints away."
        check.add(Code.LEFT_UNSEALED, words)
    elif said_so or state.seq - last <= MOST_UNSEALED + EVERY:
        check.add(Code.UNSEALED_TAIL, f"{rest} yet." if not said_so else f"{rest}: the journal says that nobody signs.")
    else:
        check.add(Code.NO_SEAL_WHERE_EXPECTED, f"{rest}, and nothing says why.")


def _said_so(state: Chain, last: int) -> bool:
    """Whether the journal says, soon behind its last seal, that nobody signs from there on."""
    return any(line.action == keys.UNSIGNED and last < line.seq <= last + MOST_UNSEALED + _SLACK for line in state.own)
