"""What is stored is measured as what came in, though only a part of it is read again."""

from pathlib import Path

from tests.service.behaviour.parts import START, traffic, write

from llmsec_tui.detect.engine import detect
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.drift.measuring import Measurer
from llmsec_tui.intake.read import WholeFile
from llmsec_tui.service.pipeline import Pipeline
from llmsec_tui.store.store import Store


def test_events_are_measured_from_the_store_as_from_the_log(tmp_path: Path) -> None:
    log = write(tmp_path / "log.jsonl", traffic(2))
    store = Store.open(tmp_path / "store.duckdb")
    nothing = RuleSet(())
    pipeline = Pipeline(lambda batch: detect(nothing, batch), store.known, secret=store.secret)
    [read] = WholeFile(log).pieces()
    draft = pipeline.read(read)
    store.commit(pipeline.judge(draft, START * 1_000_000))
    stored, last, alerted = store.reader().events_after(0, 10_000)
    assert (stored.events.height, last, alerted) == (draft.batch.events.height, draft.batch.events.height, [])
    assert Measurer().measure(stored) == Measurer().measure(draft.batch)
    assert stored.contents["text"].null_count() > 0
    assert store.reader().events_after(last, 10_000)[1] == last
    store.close()
