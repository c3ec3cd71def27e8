"""How far a scan has come, on the terminal of the one who waits for it; nothing of it where nobody does."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from llmsec_tui.cli.diagnostics import say

if TYPE_CHECKING:
    from llmsec_tui.service.scan import Watcher
    from llmsec_tui.service.scanning.inputs import Input


@contextmanager
def shown() -> Iterator["Watcher"]:
    """A watcher that says on stderr what the input is, and shows a bar there if it is a terminal."""
    from llmsec_tui.service.scan import Watcher

    if not sys.stderr.isatty():
        yield Watcher(begins=_name)
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), DownloadColumn())
    with Progress(
        *columns,
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
    ) as bar:
        hashing = bar.add_task("Hashing", total=None)
        reading = bar.add_task("Scanning", total=None, visible=False)

        def begin(files: Sequence["Input"], digest: str) -> None:
            bar.remove_task(hashing)
            _name(files, digest)
            bar.reset(reading, total=sum(file.size for file in files), visible=True)

        yield Watcher(
            hashed=lambda size: bar.advance(hashing, size),
            begins=begin,
            read=lambda size: bar.advance(reading, size),
        )


def _name(files: Sequence["Input"], digest: str) -> None:
    size = sum(file.size for file in files)
    if len(files) == 1:
        say(f"Input: {files[0].path}, {size:,} bytes, SHA-256 {digest}.")
    else:
        say(f"Input: {len(files):,} files, {size:,} bytes, SHA-256 of the list of their hashes {digest}.")
