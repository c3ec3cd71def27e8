"""What happens to this program itself is judged like what logs say: a channel that fails becomes an alert."""

from contextlib import closing
from functools import partial
from pathlib import Path

from tests.service.outside import NOW, eventually

from llmsec_tui.detect.ruleset import load
from llmsec_tui.intake.follow import Follower
from llmsec_tui.intake.records import OURS, Notice, NoticeKind
from llmsec_tui.paths import shipped
from llmsec_tui.service.detector import Detector
from llmsec_tui.service.ingest import Ingest
from llmsec_tui.service.pipeline import Pipeline
from llmsec_tui.store.queries import Reader
from llmsec_tui.store.store import Store


def _has(reader: Reader, alerts: int) -> bool:
    return reader.alerts()[1] == alerts


def test_a_channel_that_fails_raises_an_alert_each_time_anew_and_is_no_source(tmp_path: Path) -> None:
    rules = load([shipped("rules") / "intake"])
    with (
        closing(Store.open(tmp_path / "store.duckdb")) as store,
        closing(Follower([], [], from_start=True)) as follower,
    ):
        pipeline = Pipeline(Detector(rules), store.known, ruleset=rules, secret=store.secret)
        ingest = Ingest(follower, pipeline, store, once=False, on_end=lambda: None)
        ingest.start()
        try:
            with closing(store.reader()) as reader:
                for number in (1, 2):
                    message = f"The channel pager failed {number} times in a row: It answered 500."
                    notice = Notice(f"{OURS}pager", "channel pager", NOW + number, NoticeKind.UNDELIVERED, message)
                    ingest.tell(notice)
                    ingest.tell(notice)
                    eventually(partial(_has, reader, number))
                rows, _ = reader.alerts()
                sources = reader.sources()
        finally:
            ingest.stop()
    assert {row["title"] for row in rows} == {"People could not be notified"}
    assert {row["level"] for row in rows} == {"high"}
    assert rows[0]["source_path"] == "channel pager"
    assert sources == []
