"""Look at the console on generated rows: ``python -m tests.console.demo_backend [--hostile|--still] [--slow-link]``."""

import sys
import tempfile
from pathlib import Path

from tests.console import backend
from tests.hostile.corpus import CORPUS

from llmsec_tui.console import settings
from llmsec_tui.console.link import Asker
from llmsec_tui.paths import Home


def main(options: list[str]) -> int:
    """Open the console; the rows are gone when it is left."""
    settings.require_terminal()
    chosen = settings.prepare(slow_link="--slow-link" in options, mouse="--no-mouse" not in options)
    from llmsec_tui.console.shell import Shell

    collector = backend.Backend(alerts=60, events=5_000)
    if "--hostile" in options:
        collector.use(list(CORPUS.values()))
    elif "--still" not in options:
        collector.live_events, collector.live_alerts = 3, 0.05
        collector.now = backend.real_now

    async def connect() -> Asker:
        return collector

    with tempfile.TemporaryDirectory() as folder:
        app = Shell(connect, Home(Path(folder)), chosen)
        app.run(mouse=chosen.mouse)
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
