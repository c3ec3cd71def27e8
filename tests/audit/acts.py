"""Acts to record in tests, and a key to seal them with."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from llmsec_tui.audit.journal import Journal
from llmsec_tui.audit.note import Signer
from llmsec_tui.audit.record import Act, Result


@dataclass(frozen=True)
class Ada:
    """An analyst."""

    uid: int = 1000
    loginuid: int | None = 1000
    pid: int = 42
    user: str = "ada"
    os_user: str = "alovelace"
    role: str = "analyst"
    tty: str = "pts/1"
    ssh_client: str = "192.0.2.7 50022 22"
    session: str = "s-1"


class Key:
    """An Ed25519 key that is the same in every run."""

    def __init__(self, name: str = "first") -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(sha256(name.encode()).digest())

    @property
    def public(self) -> bytes:
        return self._private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)


def act(number: int, *, reason: str = "known test account", target: str = "") -> Act:
    """Ada dismisses an alert."""
    return Act(
        Ada(),
        "alerts.dismiss",
        target or f"alert:{number:04d}",
        Result.DONE,
        before={"state": "new"},
        after={"state": "dismissed", "version": 2},
        reason=reason,
        command_id=f"command-{number}",
    )


def fill(folder: Path, records: int, signer: Signer | None = None) -> None:
    """A journal with so many more records, closed."""
    journal = Journal.open(folder, signer)
    for number in range(1, records + 1):
        journal.append(act(number))
    journal.close()


def codes(folder: Path) -> set[str]:
    """The names of what verification finds."""
    from llmsec_tui.audit.verify import verify

    return {row.name for row in verify(folder).verdicts}
