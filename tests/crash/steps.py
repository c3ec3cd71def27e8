"""Every step of a batch, from the log's bytes to the file of the store, as the function that does it."""

from llmsec_tui.intake.follow import Follower
from llmsec_tui.intake.roster import Roster
from llmsec_tui.service.desk.desk import Desk
from llmsec_tui.service.ingest import Ingest
from llmsec_tui.service.pipeline import Pipeline
from llmsec_tui.store import writer
from llmsec_tui.store.seen import SeenKeys
from llmsec_tui.store.store import Store

BETWEEN = "during"
"""Somewhere in it, or shortly after."""

STEPS: dict[str, tuple[object, str, str]] = {
    "at any moment": (Follower, "poll", BETWEEN),
    "before anything is read": (Follower, "poll", "before"),
    "read": (Pipeline, "read", "before"),
    "mapped": (Pipeline, "read", "after"),
    "while it is judged": (Pipeline, "judge", BETWEEN),
    "judged": (Pipeline, "judge", "after"),
    "before its transaction": (Store, "commit", "before"),
    "transaction begun": (writer, "write_events", "before"),
    "events written": (writer, "write_events", "after"),
    "contents written": (writer, "write_contents", "after"),
    "dead letters written": (writer, "write_dead_letters", "after"),
    "alerts written": (writer, "write_alerts", "after"),
    "keys written": (SeenKeys, "write", "after"),
    "checkpoints written": (writer, "write_checkpoints", "after"),
    "counts written": (writer, "write_stats", "after"),
    "memory written": (writer, "write_over_time", "after"),
    "incidents written": (Desk, "withdrawn", "after"),
    "while it is committed": (Desk, "withdrawn", BETWEEN),
    "committed": (Store, "commit", "after"),
    "told of as stored": (Ingest, "_store_one", "after"),
    "before the store's log is folded in": (Store, "checkpoint_wal", "before"),
    "while the store's log is folded in": (Store, "checkpoint_wal", BETWEEN),
    "store's log folded in": (Store, "checkpoint_wal", "after"),
    "a rotated file begins anew": (Roster, "renew", "after"),
    "a file lost its path": (Roster, "retire", "after"),
    "a rotated file ends": (Roster, "end", "after"),
}
"""Where a function is found, its name, and when in it the collector dies."""
