"""A desk with an incident, and a web server that does as it is told, for tests of what goes out of the desk."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import polars as pl
from tests.patience import PATIENCE_S

from llmsec_tui.events.batch import build, dead_letters
from llmsec_tui.events.schema import ALERTS
from llmsec_tui.incidents.incident import Incident, Run
from llmsec_tui.incidents.policy import Policy
from llmsec_tui.incidents.policy_file import load
from llmsec_tui.incidents.states import RunState
from llmsec_tui.service.desk.book import Changed
from llmsec_tui.service.desk.desk import Desk
from llmsec_tui.store.commit import Commit
from llmsec_tui.store.store import Store

NOW = 1_764_000_000_000_000
SECOND = 1_000_000
HOUR = 3_600 * SECOND
HOSTILE = "\x1b]0;owned\x07 ${HOME} $(touch /tmp/owned) `id` ; rm -rf / \u202e"


def policy(**fields: Any) -> Policy:
    """What is shipped, with these fields in the place of its own."""
    return replace(load(), **fields)


def desk(store: Store, held: Policy, changed: Changed = lambda incident, events: None) -> Desk:
    return Desk(store, lambda: held, lambda rule_id: ["Block the user. (run: block)"], changed)


def raised(store: Store, number: int, at: int = NOW, **fields: Any) -> str:
    """Commit an alert; its id."""
    alert_id = f"{number:04x}" + "a" * 12
    row = {
        "alert_id": alert_id,
        "rule_id": "prompt-injection",
        "rule_version": "1",
        "title": "Prompt injection",
        "level": "high",
        "confidence": 0.9,
        "event_id": f"{number:016x}",
        "conversation_id": "c1",
        "user_id": "mallory",
        "app": "shop",
        "format": "openai",
        "source_path": "/logs/a.jsonl",
        "source_offset": number * 100,
        "source_len": 100,
        "record_sha256": b"\x01" * 32,
        "excerpt": "the secret words of the prompt",
        "reason": "because",
        **fields,
    }
    alerts = pl.DataFrame([{**dict.fromkeys(ALERTS), **row}], schema=ALERTS)
    store.commit(
        Commit(
            batch=build([]),
            alerts=alerts,
            dead_letters=dead_letters([]),
            keys={},
            checkpoints=[],
            stats=[],
            at=at,
        )
    )
    return alert_id


def opened(store: Store, at_desk: Desk, at: int = NOW, number: int = 1, **fields: Any) -> Incident:
    """An incident of one alert, the store's first."""
    at_desk.take([raised(store, number, at, **fields)], at)
    incident = store.incident("INC-1")
    assert incident is not None
    return incident


def ended(store: Store, number: int) -> Run:
    """The run of that number of the first incident, once it has ended."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        incident = store.incident("INC-1")
        assert incident is not None
        run = next(run for run in incident.runs if run.run == number)
        if run.state is not RunState.RUNNING:
            return run
        time.sleep(0.01)
    raise AssertionError(f"run {number} did not end")


def eventually(what: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < until
        time.sleep(0.01)


@dataclass
class Site:
    """A web server: what it answers, and what it was asked."""

    port: int = 0
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"done"
    endless: bool = False
    hangs: threading.Event | None = None
    """It answers once this is set."""
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    """Method, path, headers by their names in small letters, and body."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def serving() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            site.asked.append((self.command, self.path, headers, body))
            if site.hangs is not None:
                site.hangs.wait(PATIENCE_S)
            try:
                self.send_response(site.status)
                for name, value in site.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(site.body)
                while site.endless:
                    self.wfile.write(b"x" * 65_536)
            except OSError:
                return

        do_POST = do_PUT = do_DELETE = do_GET = _answer  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        if site.hangs is not None:
            site.hangs.set()
        server.shutdown()
        thread.join()
        server.server_close()
