"""Scan files cut into small pieces, as the command does it. usage: small_pieces.py RULES LOGS MANIFEST OUT JOBS MOST

What an earlier run left in MANIFEST is gone on with; behind MOST lines of it, it stands still until it is killed. OUT
gets the alerts, and OUT.json the summary without its time.
"""

import json
import signal
import sys
from contextlib import closing, nullcontext
from pathlib import Path

from llmsec_tui.detect.ruleset import load
from llmsec_tui.formats.registry import Registry
from llmsec_tui.service.scan import Scan
from llmsec_tui.service.scanning import cutting, runs, timeline
from llmsec_tui.service.scanning.crew import beside, in_place
from llmsec_tui.service.scanning.inputs import Input
from llmsec_tui.service.scanning.manifest import Manifest
from llmsec_tui.service.scanning.tasks import Done, Task


class Ending(Manifest):
    """Goes on to some line and no further."""

    def __init__(self, path: Path, rules_version: str, most: int) -> None:
        super().__init__(path, rules_version, "", resume=path.exists())
        self._path, self._most = path, most

    def add(self, one: Input, task: Task, done: Done) -> None:
        super().add(one, task, done)
        if self._path.read_bytes().count(b"\n") >= self._most:
            signal.pause()


def main(rules: Path, logs: Path, manifest: Path, out: Path, jobs: int, most: int) -> None:
    cutting.RANGE, cutting._SNIFFED = 4_000, 400
    timeline.WINDOW, runs.BLOCK, runs.FAN = 50, 10, 3
    ruleset = load([rules])
    crew = beside(jobs, ruleset, Registry()) if jobs > 1 else nullcontext(in_place())
    with crew as given, closing(Ending(manifest, ruleset.version, most)) as noted:
        scan = Scan([str(logs)], ruleset, crew=given, manifest=noted)
        with out.open("w") as stream:
            for frame in scan.alerts():
                for row in frame.iter_rows(named=True):
                    stream.write(json.dumps(row, default=str) + "\n")
    summary = scan.summary.as_dict() | {"seconds": 0}
    out.with_name(out.name + ".json").write_text(json.dumps(summary))


if __name__ == "__main__":
    given = [Path(argument) for argument in sys.argv[1:5]]
    main(given[0], given[1], given[2], given[3], int(sys.argv[5]), int(sys.argv[6]))
