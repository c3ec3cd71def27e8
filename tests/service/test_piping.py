"""Standard input as a source of the collector."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from tests.patience import PATIENCE_S

from llmsec_tui.cli.piping import piped_stdin
from llmsec_tui.errors import ConfigError
from llmsec_tui.paths import Home
from llmsec_tui.store.store import Store


def test_standard_input_is_collected_to_its_end(home: Home) -> None:
    """With --once the end of the input is the end, and a last line without a newline counts."""
    sent = b"".join(b'{"role": "user", "content": "line %d"}\n' % number for number in range(500))
    ended = subprocess.run(
        [sys.executable, "-m", "llmsec_tui", "--home", str(home.root), "collect", "--once", "-"],
        input=sent + b'{"role": "user", "content": "the last"}',
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (0, b"")
    store = Store.open(home.store)
    [source] = store.reader().sources()
    store.close()
    assert (source["records"], source["path"]) == (501, "/dev/stdin")


def test_a_console_cannot_have_its_keys_and_its_lines_from_one_terminal(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says how it is meant."""
    leader, terminal = pty.openpty()
    with os.fdopen(terminal) as stdin, monkeypatch.context() as patched:
        patched.setattr(sys, "stdin", stdin)
        with pytest.raises(ConfigError, match="Nothing is piped"), piped_stdin(home, ["-"]):
            raise AssertionError
    os.close(leader)


def test_what_is_piped_into_a_console_reaches_the_collector_through_a_named_pipe(home: Home) -> None:
    """In a terminal of its own; the pipe is gone afterwards, and keys come from the terminal."""
    script = (
        "import sys; from pathlib import Path; from llmsec_tui.paths import Home\n"
        "from llmsec_tui.cli.piping import piped_stdin\n"
        "with piped_stdin(Home(Path(sys.argv[1])), ['-']) as (pipe,):\n"
        "    said = Path(pipe).read_text(); terminal = sys.stdin.isatty()\n"
        "Path(sys.argv[1], 'said').write_text(f'{said} {terminal} {Path(pipe).exists()}')\n"
    )
    reading, writing = os.pipe()
    os.write(writing, b"one line")
    os.close(writing)
    child, leader = pty.fork()
    if child == 0:
        os.dup2(reading, 0)
        os.execv(sys.executable, [sys.executable, "-c", script, str(home.root)])
    os.close(reading)
    _, status = os.waitpid(child, 0)
    os.close(leader)
    assert (status, Path(home.root, "said").read_text()) == (0, "one line True False")
