"""Hostile command lines are read to their end: nothing raises, and nothing takes more than one pass."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmsec_tui.detect.signals.shell.actions import ACTIONS
from llmsec_tui.detect.signals.shell.analysis import analysed
from llmsec_tui.detect.signals.shell.running import runs

PIECES = (
    *("$(", "`", '"', "'", "${a:-", "$((", "<(", "a=(", "[[ ", "if ", "case x in ", "f(){ ", "{ ", "cat <<E\n", "E\n"),
    *(
        ")",
        "}",
        "]]",
        " fi",
        " done",
        " esac",
        "|",
        "&",
        ";",
        "\n",
        "\\",
        "$'\\x",
        "A=$A$A;",
        "sudo ",
        "eval ",
        "bash -c ",
    ),
    *("> /dev/tcp/a.b/1 ", "curl http://a.b/ ", "find . -exec ", "exec(", "é", "\x00", "\ud800", "#", "$a ", "x "),
)


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=60))
@settings(max_examples=80)
def test_nothing_raises(text: str) -> None:
    runs(text)
    runs(text, windows=True)
    for arguments in (
        text,
        *(msgspec.json.encode({key: text}).decode(errors="replace") for key in ("command", "code") if _fits(text)),
    ):
        found = analysed(arguments)
        assert set((found.actions or "").split(",")) <= {*ACTIONS, ""}


def _fits(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


@pytest.mark.parametrize("piece", PIECES)
def test_a_long_line_of_anything_is_read(piece: str) -> None:
    """Of some of these a grammar for bash needs a time that grows with the square of the length."""
    length = 20_000
    assert len(runs(piece * (length // len(piece)))) <= 4096


def test_of_a_megabyte_as_much_is_read_as_a_shell_would_take() -> None:
    found = analysed(msgspec.json.encode({"command": "ls " * 40_000 + "| sh; rm -rf /" + " x" * 500_000}).decode())
    assert found.programs == "ls,sh,rm"
    assert found.actions == "deletes_recursively,destroys"
