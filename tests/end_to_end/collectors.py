"""A collector of flesh and blood that tests ask by commands."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import DEVNULL, Popen

from tests.patience import PATIENCE_S

from llmsec_tui.access.secrets.kernel import KernelKeyring
from llmsec_tui.access.secrets.places import SecretsUnavailable
from llmsec_tui.access.secrets.vault_file import kdf_of
from llmsec_tui.errors import CollectorGone
from llmsec_tui.paths import Home, shipped
from llmsec_tui.service.api import GetStatus
from llmsec_tui.service.client import ask_once

FEW_RULES = [f"--rules={shipped('rules') / folder}" for folder in ("injection", "prompt_leak", "intake", "monitors")]
"""What sees an attack on the prompt and what cannot be read, without the seconds that it takes to get all going."""


@contextmanager
def collecting(home: Path, *logs: Path) -> Iterator[None]:
    """One with few rules that reads logs from their start and follows them, and answers; it ends as a user ends it."""
    Home(home).create()
    command = [sys.executable, "-m", "llmsec_tui", "--home", str(home), "collect", "--from-start", *FEW_RULES]
    with Home(home).log.open("ab") as said:
        process = Popen([*command, *map(str, logs)], stdin=DEVNULL, stderr=said, start_new_session=True)
        try:
            until(lambda: _answers(home, process))
            yield
            process.terminate()
            assert process.wait(PATIENCE_S) == 0
        finally:
            process.kill()
            process.wait()


def until(holds: Callable[[], object]) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def forget_vault(home: Path) -> None:
    """Close the vault of a test: an unlocked one stays open until the machine restarts, also when its file is gone."""
    with suppress(SecretsUnavailable, FileNotFoundError):
        KernelKeyring().delete(f"vault:{kdf_of(Home(home).vault.read_bytes()).hex()}")


def _answers(home: Path, process: "Popen[bytes]") -> bool:
    assert process.poll() is None, Home(home).log.read_text(encoding="utf-8")
    try:
        ask_once(Home(home).socket, GetStatus())
    except CollectorGone:
        return False
    return True
