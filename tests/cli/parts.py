"""The command line without a new interpreter for each command: what it writes, and how it leaves."""

import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

from llmsec_tui.cli.app import main


@dataclass(frozen=True)
class Said:
    stdout: str
    stderr: str
    returncode: int


def command(*arguments: str | Path) -> Said:
    """One command, as ``main`` runs it."""
    out, err = StringIO(), StringIO()
    code: str | int | None = 0
    with (
        patch.object(sys, "argv", ["llmsec-tui", *map(str, arguments)]),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as stop:
            code = stop.code
    assert code is None or isinstance(code, int)
    return Said(out.getvalue(), err.getvalue(), code or 0)


def run(home: Path, *arguments: str, expect: int = 0) -> Said:
    """One command about a state directory; it has to leave with that code."""
    said = command("--home", home, *arguments)
    assert said.returncode == expect, (arguments, said)
    return said


def rows(home: Path, *arguments: str) -> list[dict[str, Any]]:
    """What a command writes for a pipe."""
    return [json.loads(line) for line in run(home, *arguments).stdout.splitlines()]
