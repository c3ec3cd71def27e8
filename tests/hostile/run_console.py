"""The console in a process of its own, on rows that all say what the arguments say: for tests with a real terminal."""

import json
import sys
from pathlib import Path

from tests.console.backend import Backend

from llmsec_tui.console import settings
from llmsec_tui.console.link import Asker
from llmsec_tui.paths import Home


def main(folder: str, texts: str, password: str = "") -> int:
    """Open it as ``run`` does; ``texts`` is a JSON list. With a password, ann is logged in with it."""
    settings.require_terminal()
    chosen = settings.prepare(slow_link=False, mouse=True)
    from llmsec_tui.console.shell import Shell

    backend = Backend(alerts=1, events=12)
    backend.use(json.loads(texts))
    backend.problem = backend.texts[0]
    if password:
        backend.passwords, backend.session, backend.access_words = {"ann": password}, "ann", ()

    async def connect() -> Asker:
        return backend

    app = Shell(connect, Home(Path(folder)), chosen)
    app.run(mouse=chosen.mouse)
    print("left the console")
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
