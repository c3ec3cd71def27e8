"""Passwords are typed without echo or piped in as one line, and nothing stands for "none"."""

import os
import pty
import subprocess
import sys
import time
from contextlib import suppress

import pytest
from tests.patience import PATIENCE_S

_ASK = """
import sys
from llmsec_tui.cli.passwords import ask_secret
from llmsec_tui.errors import ConfigError
try:
    print(len(ask_secret("Passphrase", twice=True)))
except ConfigError as error:
    print(error.message)
"""
_SECRET = "grün und still"


def _piped(said: bytes) -> str:
    ran = subprocess.run([sys.executable, "-c", _ASK], input=said, capture_output=True, check=True)
    return ran.stdout.decode().strip()


def _typed(*lines: str) -> tuple[str, str]:
    """What the terminal shows, and what the program says, to whom the lines are typed as it asks for them."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", _ASK], stdin=theirs, stderr=theirs, stdout=subprocess.PIPE, start_new_session=True
    )
    os.close(theirs)
    shown, end = b"", time.monotonic() + PATIENCE_S
    for asked, line in enumerate(lines, 1):
        while shown.count(b": ") < asked:
            assert time.monotonic() < end
            shown += os.read(ours, 1_000)
        os.write(ours, line.encode() + b"\n")
    said, _ = process.communicate(timeout=PATIENCE_S)
    with suppress(OSError):
        # The other end is closed; where nothing more was shown, that is an error.
        shown += os.read(ours, 1_000)
    os.close(ours)
    return shown.decode(), said.decode().strip()


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\nand more\n"])
def test_one_line_of_standard_input_is_the_password(end: bytes) -> None:
    assert _piped(_SECRET.encode() + end) == str(len(_SECRET))


@pytest.mark.parametrize("said", [b"", b"\n", b"\nlater\n"])
def test_nothing_is_no_password(said: bytes) -> None:
    assert _piped(said) == "There is no passphrase; nothing was done."


def test_what_is_typed_is_not_shown_and_asked_for_twice() -> None:
    shown, said = _typed(_SECRET, _SECRET)
    assert said == str(len(_SECRET))
    assert _SECRET not in shown
    assert "Passphrase: " in shown
    assert "Passphrase again: " in shown


def test_a_slip_of_the_finger_is_noticed() -> None:
    shown, said = _typed(_SECRET, _SECRET + "!")
    assert said == "These were not the same; nothing was done."
    assert _SECRET not in shown
