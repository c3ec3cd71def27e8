"""The signals of the shell: programs, actions and hosts of the command lines in a tool call's arguments.

Tools that read, write or fetch by themselves have actions and hosts too, told from their arguments.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import msgspec
import polars as pl

from llmsec_tui.detect.signals.arguments import command_lines, decoded, program_texts
from llmsec_tui.detect.signals.shell.actions import ACTIONS, actions
from llmsec_tui.detect.signals.shell.code import code_actions, shell_lines
from llmsec_tui.detect.signals.shell.dialect import is_windows
from llmsec_tui.detect.signals.shell.files import addressed, file_actions
from llmsec_tui.detect.signals.shell.hosts import hosts
from llmsec_tui.detect.signals.shell.network import INTERPRETERS, code_of, opens_shell_in_code
from llmsec_tui.detect.signals.shell.running import Run, runs, runs_of_words
from llmsec_tui.detect.signals.signal import Signal, Span

_LONGEST_KEPT = 8192
"""Characters of a text whose analysis is kept for the next signal."""
_MOST_NAMES = 64


@dataclass(frozen=True, slots=True)
class Analysis:
    """Three lists between commas, each in the order of first appearance; None where there is nothing."""

    programs: str | None = None
    actions: str | None = None
    hosts: str | None = None


def analysed(text: str) -> Analysis:
    """What the arguments of a tool call would run. Never raises; the time grows with the length of the text."""
    return _kept(text) if len(text) <= _LONGEST_KEPT else _analysed(text)


def _analysed(text: str) -> Analysis:
    arguments = decoded(text)
    lines, texts = command_lines(arguments), program_texts(arguments)
    found: list[Run] = []
    for line in lines:
        found += runs(line, windows=is_windows(line)) if isinstance(line, str) else runs_of_words(line)
    texts += [code for run in found if run.program in INTERPRETERS and (code := code_of(run))]
    for code in texts:
        for line in shell_lines(code):
            found += runs(line)
    done = (
        {action for code in texts for action in code_actions(code)} | set(actions(found)) | set(file_actions(arguments))
    )
    if any(map(opens_shell_in_code, texts)):
        done.add("opens_reverse_shell")
    return Analysis(
        _listed(run.program for run in found),
        _listed(name for name in ACTIONS if name in done),
        _listed(chain((host for run in found for host in hosts(run)), addressed(arguments))),
    )


_kept = lru_cache(maxsize=4096)(_analysed)


def _listed(names: Iterable[str]) -> str | None:
    distinct = [name for name in dict.fromkeys(names) if name]
    return ",".join(distinct[:_MOST_NAMES]) or None


def _programs(texts: Sequence[str], trusts: Sequence[str]) -> list[str | None]:
    return [analysed(text).programs for text in texts]


def _actions(texts: Sequence[str], trusts: Sequence[str]) -> list[str | None]:
    return [analysed(text).actions for text in texts]


def _hosts(texts: Sequence[str], trusts: Sequence[str]) -> list[str | None]:
    return [analysed(text).hosts for text in texts]


def _places(text: str, trust: str) -> list[Span]:
    """Where the command lines stand in the arguments as they were written."""
    found: list[Span] = []
    for line in command_lines(decoded(text)):
        ends = (line, line) if isinstance(line, str) else (line[0], line[-1])
        start, stop = (text.find(_written(end, text)) for end in ends)
        if start >= 0 and stop >= 0:
            found.append((start, max(start, stop) + len(_written(ends[1], text))))
    return found


def _written(line: str, text: str) -> str:
    """How JSON writes it; arguments that are no JSON hold it as it is."""
    return line if line == text else msgspec.json.encode(line).decode()[1:-1]


_CALLS = pl.col("kind") == "tool_call"

SHELL_PROGRAMS = Signal("shell_programs", "1", _CALLS, pl.String(), _programs, _places)
SHELL_ACTIONS = Signal("shell_actions", "1", _CALLS, pl.String(), _actions, _places)
SHELL_HOSTS = Signal("shell_hosts", "1", _CALLS, pl.String(), _hosts, _places)
