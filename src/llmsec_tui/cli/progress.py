"""How far a scan has come, on the terminal of the one who waits for it; nothing of it where nobody does."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from llmsec_tui.cli.diagnostics import say

if TYPE_CHECKING:
    from rich.progress import ProgressColumn, Task
    from rich.text import Text

    from llmsec_tui.service.scanning.inputs import Input
    from llmsec_tui.service.scanning.watching import Watcher


@contextmanager
def shown() -> Iterator["Watcher"]:
    """A watcher that says on stderr what the input is, and shows a bar there if it is a terminal."""
    from llmsec_tui.service.scanning.watching import Watcher

    if not sys.stderr.isatty():
        yield Watcher(begins=_name)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), _done(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as bar:
        hashing = bar.add_task("Hashing", total=None)
        reading = bar.add_task("Scanning", total=None, visible=False)
        looking = bar.add_task("Rules over time", total=None, visible=False, unit="events")

        def begin(files: Sequence["Input"], digest: str) -> None:
            bar.remove_task(hashing)
            _name(files, digest)
            bar.reset(reading, total=sum(file.size for file in files), visible=True)

        def look_back(events: int) -> None:
            bar.remove_task(reading)
            bar.reset(looking, total=events, visible=True)

        yield Watcher(
            hashes=lambda size: bar.update(hashing, total=size),
            hashed=lambda size: bar.advance(hashing, size),
            begins=begin,
            read=lambda size: bar.advance(reading, size),
            looks_back=look_back,
            looked_back=lambda events: bar.advance(looking, events),
        )


def _done() -> "ProgressColumn":
    """How much is done of how much, and how fast."""
    from rich.filesize import decimal
    from rich.progress import ProgressColumn
    from rich.text import Text

    class Done(ProgressColumn):
        def render(self, task: "Task") -> "Text":
            speed = task.finished_speed or task.speed or 0
            if task.fields.get("unit") == "events":
                return Text(f"{task.completed:,.0f} of {task.total or 0:,.0f} events, {speed:,.0f}/s")
            return Text(f"{decimal(int(task.completed))} of {decimal(int(task.total or 0))}, {decimal(int(speed))}/s")

    return Done()


def _name(files: Sequence["Input"], digest: str) -> None:
    size = sum(file.size for file in files)
    if len(files) == 1:
        say(f"Input: {files[0].path}, {size:,} bytes, SHA-256 {digest}.")
    else:
        say(f"Input: {len(files):,} files, {size:,} bytes, SHA-256 of the list of their hashes {digest}.")
