"""Pin raw records, and read them again from their files. What a file holds is never trusted to be what it was."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from llmsec_tui.errors import ServiceError, SourceError
from llmsec_tui.incidents.changes import Pinned
from llmsec_tui.incidents.evidence import Checked, Place, Result, other_names, place
from llmsec_tui.incidents.incident import Pin
from llmsec_tui.service.desk.record_search import Search, Seen
from llmsec_tui.store.queries import Reader

MOST_NAMES = 20
"""Other files that are looked into for the records of one."""
MOST_LISTED = 20_000
"""Entries of a folder that are looked at."""
MOST_GIVEN = 32 * 1024**2
"""Bytes of records that are given out at once."""


def pinned(reader: Reader, event_id: str, note: str = "") -> Pinned:
    """The pin of the record that an event comes from; it gets its number where it is decided upon.

    Raises NotFound for an event that is not stored, ServiceError for one that no record stands behind.
    """
    fields = reader.event(event_id, 1)["fields"]
    length = int(fields["source_len"])
    if not length:
        raise ServiceError(
            f"Event {event_id} tells of its file and has no record in it; there is nothing to pin.",
            hint="Pin an event that a record of the log says.",
        )
    return Pinned(
        pin=0,
        event_id=fields["event_id"],
        source_id=fields["source_id"],
        source_path=fields["source_path"],
        source_offset=int(fields["source_offset"]),
        source_len=length,
        sha256=fields["record_sha256"],
        note=note,
    )


def check(pins: Sequence[Pin]) -> list[Checked]:
    """Read the record of each pin again. May take seconds where archives have to be unpacked."""
    found = _search([place(pin) for pin in pins], keep=False)
    return [_told(pin, found[place(pin)]) for pin in pins]


def records(pins: Sequence[Pin]) -> dict[int, bytes]:
    """The pinned records themselves, by the pins' numbers.

    Raises SourceError unless all are there as they were, or when they are more than ``MOST_GIVEN`` bytes together.
    """
    if (size := sum(pin.source_len for pin in pins)) > MOST_GIVEN:
        raise SourceError(
            f"The pinned records have {size:,} bytes together, and {MOST_GIVEN:,} are the most that is given out.",
            hint="Take them from their files; the pins say where they are.",
        )
    found = _search([place(pin) for pin in pins], keep=True)
    for pin in pins:
        if found[place(pin)].result is not Result.INTACT:
            raise SourceError(_told(pin, found[place(pin)]).told, hint="Only what was pinned is given out.")
    return {pin.pin: found[place(pin)].data for pin in pins}


def _search(places: Sequence[Place], *, keep: bool) -> Mapping[Place, Seen]:
    """Each record in its own file, else in a rotated one beside it, else what its own file says."""
    search = Search(keep=keep)
    by_path: dict[str, list[Place]] = {}
    for one in dict.fromkeys(places):
        by_path.setdefault(one.path, []).append(one)
    found: dict[Place, Seen] = {}
    for path, wanted in by_path.items():
        found |= search.look(Path(path), wanted)
    for path, wanted in by_path.items():
        missing = [one for one in wanted if found[one].result is not Result.INTACT]
        for other in _others(Path(path)) if missing else ():
            seen = search.look(other, missing)
            found |= {one: was for one, was in seen.items() if was.result is Result.INTACT}
            missing = [one for one in missing if found[one].result is not Result.INTACT]
            if not missing:
                break
    return found


def _others(own: Path) -> Iterator[Path]:
    if not own.is_absolute():
        return
    try:
        with os.scandir(own.parent) as entries:
            names = [entry.name for entry, _ in zip(entries, range(MOST_LISTED), strict=False)]
    except (OSError, ValueError):
        # A folder that is gone or may not be listed holds no other names; what the file itself says stands.
        return
    for name in other_names(own.name, names, MOST_NAMES):
        yield own.with_name(name)


def _told(pin: Pin, seen: Seen) -> Checked:
    where = f"at offset {pin.source_offset:,} of {seen.path}"
    rotated = f", which {Path(pin.source_path).name} was renamed to" if str(seen.path) != pin.source_path else ""
    sentence = {
        Result.INTACT: f"is intact {where}{rotated}.",
        Result.CHANGED: f"has changed: other bytes are {where}.",
        Result.CUT: f"is cut off: {seen.path} ends before offset {pin.source_offset + pin.source_len:,}.",
        Result.GONE: f"is gone: there is no {pin.source_path}, and no rotated file beside it has the record.",
        Result.UNREADABLE: f"cannot be read {where}: {seen.why}.",
    }[seen.result]
    return Checked(pin.pin, seen.result, str(seen.path), f"Pin {pin.pin} {sentence}")
