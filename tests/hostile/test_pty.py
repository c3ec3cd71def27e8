"""Through a real terminal: whatever the log says, only Textual's own sequences reach it."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest
from tests.hostile.corpus import CORPUS
from tests.hostile.sequences import Output, take_apart
from tests.hostile.terminal import Terminal

from llmsec_tui.text import visible

COMMAND = [sys.executable, "-m", "tests.hostile.run_console"]


def started(folder: Path, texts: list[str], *password: str, **environment: str) -> Terminal:
    """A console that shows its first screen."""
    terminal = Terminal([*COMMAND, str(folder), json.dumps(texts), *password], environment)
    try:
        terminal.wait_for("Latest alerts")
    except AssertionError:
        terminal.close()
        raise
    return terminal


def tour(folder: Path, texts: list[str]) -> Output:
    """Look at every screen, and leave."""
    terminal = started(folder, texts)
    try:
        for keys, sight in (
            ("2", "1 of "),
            ("\r", "Why"),
            ("G", ""),
            ("d", "Dismiss this alert"),
            ("\x1b", ""),
            ("e", "event"),
            ("G", ""),
            ("3", "OWNER"),
            ("\r", "KIND"),
            *((letter, "") for letter in "blvsreodm"),
            ("N", "Write a note"),
            ("\x1b", ""),
            ("H", "open incidents"),
            ("F", "How fast"),
            ("B", "CHANNEL"),
            ("4", "KIND"),
            ("\r", "Fields"),
            ("5", "Dead letters"),
            ("6", "RESULT"),
            ("\r", "host's clock"),
            ("V", "Findings"),
            ("U", "Approvals"),
            ("\r", "last login"),
            ("\x1b", ""),
            ("\t", ""),
            ("\r", "asked by"),
            ("1", "Latest alerts"),
        ):
            terminal.type(keys)
            if sight:
                terminal.wait_for(sight)
            terminal.wait_for_quiet(0.15)
        terminal.type("q")
        assert terminal.wait_for_end() == 0
    finally:
        terminal.close()
    return take_apart(terminal.written)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Output:
    """The same tour over a log of plain words."""
    return tour(tmp_path_factory.mktemp("plain"), ["plain words"])


def test_nothing_of_a_hostile_log_is_obeyed(plain: Output, tmp_path: Path) -> None:
    """The kinds of sequences are those of a run on plain words, and the text has no control character in it."""
    hostile = tour(tmp_path, list(CORPUS.values()))
    assert hostile.kinds <= plain.kinds
    assert hostile.strings <= plain.strings
    assert not any("52;" in string or "]0;" in string or "]8;" in string for string in hostile.strings)
    left = {c for c in hostile.text if c not in "⟦⟧\r\n\x0f" and visible(c) != c}
    assert {ascii(character) for character in left} <= {ascii(c) for c in plain.text if visible(c) != c}
    assert "␛]52;c;" in hostile.text
    assert "[/]" in hostile.text
    assert hostile.text.rstrip().endswith("left the console")


def on_screen(written: bytes) -> str:
    """What a terminal shows that was sent this."""
    screen = pyte.Screen(100, 30)
    pyte.ByteStream(screen).feed(written)
    return "\n".join(screen.display)


def test_a_locked_screen_holds_nothing_of_what_was_on_it(tmp_path: Path) -> None:
    """Neither the screen nor anything sent after locking has the alert's text in it; the password is never sent."""
    terminal = started(tmp_path, ["canary of a customer"], "sesame open")
    try:
        terminal.type("2")
        terminal.wait_for("1 of ")
        terminal.type("\r")
        terminal.wait_for("Why")
        terminal.wait_for_quiet()
        assert "canary of a customer" in on_screen(terminal.written)
        before = len(terminal.written)
        terminal.type("\x0c")
        terminal.wait_for("Locked: ann")
        terminal.wait_for_quiet()
        assert "canary" not in on_screen(terminal.written)
        assert "Locked: ann" in on_screen(terminal.written)
        assert b"canary" not in terminal.written[before:]
        # What a terminal keeps to scroll back to is not written to while its other screen is shown.
        assert terminal.written.rfind(b"\x1b[?1049h") > terminal.written.rfind(b"\x1b[?1049l")
        terminal.type("sesame open")
        terminal.wait_for_quiet()
        assert "canary" not in on_screen(terminal.written)
        terminal.type("\r")
        terminal.wait_for("canary of a customer")
        terminal.type("q")
        assert terminal.wait_for_end() == 0
        assert b"sesame" not in terminal.written
        left = on_screen(terminal.written[terminal.written.rfind(b"\x1b[?1049l") :])
        assert "canary" not in left
    finally:
        terminal.close()


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A console without colours."""
    terminal = started(tmp_path, ["words"], NO_COLOR="1")
    yield terminal
    terminal.close()


def test_no_color_means_no_colour(terminal: Terminal) -> None:
    """Not one colour is set; bold and reverse are left."""
    terminal.wait_for_quiet()
    terminal.type("2")
    terminal.wait_for("CONF")
    terminal.type("q")
    terminal.wait_for_end()
    parameters = {
        parameter
        for piece in terminal.written.split(b"\x1b[")[1:]
        if b"m" in piece and (head := piece.split(b"m")[0]).replace(b";", b"").isdigit()
        for parameter in head.split(b";")
    }
    assert parameters
    assert {int(parameter) for parameter in parameters} <= {0, 1, 2, 3, 4, 7, 9, 22, 39, 49}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_dropped_connection_leaves_the_terminal_as_it_was(terminal: Terminal, number: int) -> None:
    """The console ends by itself, and undoes what it set."""
    terminal.wait_for_quiet()
    os.kill(terminal.process.pid, number)
    assert terminal.wait_for_end() == 0
    assert b"\x1b[?1049l" in terminal.written
    assert b"\x1b[?25h" in terminal.written
    assert b"Traceback" not in terminal.written
