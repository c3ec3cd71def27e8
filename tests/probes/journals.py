"""A journal that was signed, for probes to spoil."""

from pathlib import Path

from tests.audit.acts import Key, fill

from llmsec_tui.audit.note import Verifier
from llmsec_tui.audit.verify import verify


def sealed_twice(folder: Path) -> tuple[Path, str]:
    """The folder of a journal of two runs, and the verifier key of its seals."""
    fill(folder, 4, Key())
    fill(folder, 4, Key())
    return folder, Verifier(f"llmsec-tui/{verify(folder).log_id}", Key().public).vkey
