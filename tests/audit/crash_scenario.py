"""Run as a program: everything a journal does to its files, killed at each call to the system in turn.

    crash_scenario.py at-each-call FOLDER    a copy of itself dies at the first call, the next one at the second …
    crash_scenario.py once FOLDER            once, and nobody is killed by us

What is acknowledged goes to the file ``acknowledged`` beside the journal, a line each.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.audit.acts import Ada, Key, act

from llmsec_tui.audit import appending
from llmsec_tui.audit.journal import Journal
from llmsec_tui.audit.note import Verifier
from llmsec_tui.audit.verify import verify

CALLS = ("open", "write", "fsync", "ftruncate", "truncate", "unlink", "close")
BEFORE, AFTER = "before", "after"


def everything(folder: Path) -> None:
    """Open, record over several files, change the key, retire, record again, close."""
    done = os.open(folder.parent / "acknowledged", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    appending.SEGMENT_BYTES = 2_500
    journal = Journal.open(folder, Key())
    for number in range(4):
        _write(done, str(journal.append(act(number)).seq))
    journal.rotate(Key("second"), Ada(), "yearly")
    for number in range(4):
        _write(done, str(journal.append(act(number)).seq))
    journal.retire(journal.last_seq - 1, Ada(), "old")
    _write(done, str(journal.append(act(9)).seq))
    journal.close()
    os.close(done)


def at_each_call(folder: Path) -> None:
    """Die at the n-th call, before or after it was carried out, for every n; look at what is left each time."""
    # The host stays up: what was written is there, whether it was on disk or not.
    os.fsync = lambda fd: None
    for when in (BEFORE, AFTER):
        number = 0
        while True:
            number += 1
            place = folder / f"{when}-{number}" / "audit"
            place.parent.mkdir()
            child = os.fork()
            if not child:
                _patch(number, when)
                everything(place)
                os._exit(0)
            _, status = os.waitpid(child, 0)
            look(place)
            if os.waitstatus_to_exitcode(status) == 0:
                print(f"{number - 1} calls, died {when} each")
                break
            assert os.waitstatus_to_exitcode(status) == 9, (when, number, status)


def look(folder: Path) -> None:
    """What was acknowledged is there, nothing speaks against the journal but what a crash explains, and it goes on."""
    beside = folder.parent / "acknowledged"
    acknowledged = [int(word) for word in beside.read_bytes().split()] if beside.exists() else []
    explained = {"VERIFIED", "EMPTY", "TORN TAIL", "LEFT UNSEALED", "UNSEALED TAIL", "RETIRED"}
    if folder.exists():
        found = verify(folder)
        assert {row.name for row in found.verdicts} <= explained, (folder, found.verdicts)
        assert found.verified_seq >= max(acknowledged, default=0), (folder, found.verdicts)
    journal = Journal.open(folder, Key("second" if _rotated(folder) else "first"))
    assert journal.last_seq >= max(acknowledged, default=0)
    journal.append(act(0))
    journal.close()
    after = {row.name for row in verify(folder).verdicts}
    assert after <= {"VERIFIED", "RETIRED"}, (folder, after)


def _rotated(folder: Path) -> bool:
    """Whether the second key is in force: the rotation or, once that is retired, the retirement says so."""
    key = Verifier("any", Key("second").public).vkey.rpartition("+")[2].encode()
    return any(key in path.read_bytes() for path in folder.glob("0*.jsonl"))


def _patch(number: int, when: str) -> None:
    left = number

    def deadly(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0 and when == BEFORE:
                os._exit(9)
            result = real(*arguments, **named)
            if left == 0:
                os._exit(9)
            return result

        return call

    for name in CALLS:
        setattr(os, name, deadly(getattr(os, name)))


def _write(fd: int, word: str) -> None:
    os.pwrite(fd, f"{word}\n".encode(), 0)


if __name__ == "__main__":
    what, where = sys.argv[1], Path(sys.argv[2])
    if what == "once":
        everything(where / "audit")
    else:
        at_each_call(where)
