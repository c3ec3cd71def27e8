"""Drift from the shell, and its report: a page that stands for itself and obeys no log."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.cli.parts import rows, run
from tests.end_to_end.collectors import collecting, until
from tests.service.behaviour.parts import traffic

from llmsec_tui.cli.drift_chart import amount, chart
from llmsec_tui.cli.drift_report import page
from llmsec_tui.cli.drift_view import view
from llmsec_tui.service.behaviour.api import (
    BehaviourBoard,
    BehaviourDetail,
    BehaviourPoint,
    BehaviourRow,
    CauseRow,
    ChangeMark,
    ShiftRow,
    TermsRow,
)

HOUR = 3_600_000_000
HOSTILE = "</svg><script>alert(1)</script>\x1b]0;x\x07\u202e\"'&"
AMOUNTS = st.floats(-1e9, 1e9) | st.none()


def detail(points: list[BehaviourPoint], text: str = "words", verdict: str = "drift") -> BehaviourDetail:
    row = BehaviourRow(
        slice=f"model={text}",
        metric="latency",
        title="Latency",
        shape="number",
        unit="ms",
        verdict=verdict,
        n=70,
        usual_n=900,
        value=9.0,
        usual=5.0,
        effect=0.4,
        floor=0.1,
        p_value=1e-9,
        slow_since=None,
        spark=[],
        why=text,
    )
    return BehaviourDetail(
        row=row,
        statistics={},
        points=points,
        marks=[ChangeMark(at=2 * HOUR, kind="deploy", text=text, app=text)],
        causes=[CauseRow(cause=text, share=0.5, why=text)],
        splits=[],
        shifts=[ShiftRow(name=text, usual=0.1, now=0.9)],
        terms=TermsRow(n=60, usual_n=60, auc=0.9, auc_limit=0.6, mmd=0.4, mmd_p=0.01, more=[text], fewer=[]),
        contributors=[],
    )


def point(
    at: int, value: float | None, low: float | None, high: float | None, verdict: str = "steady", alerts: int = 0
) -> BehaviourPoint:
    return BehaviourPoint(at=at * HOUR, n=70, value=value, low=low, high=high, verdict=verdict, alerts=alerts)


POINTS = [point(1, 5.0, 4.0, 6.0), point(2, None, None, None), point(3, 9.0, 4.0, 6.0, verdict="drift", alerts=3)]


def report(one: BehaviourDetail) -> str:
    board = BehaviourBoard(
        rows=[one.row], total=1, since=HOUR, until=3 * HOUR, baseline=2, note="", drifting=1, watched=0, insufficient=0
    )
    return page(board, [one])


def test_a_page_lists_what_is_suspect_and_counts_the_rest() -> None:
    """What cannot be judged is named, and never said to be well."""
    one = detail(POINTS).row
    rows = [
        replace(one, slice="all", title=title, verdict=verdict)
        for title, verdict in (
            ("Latency", "drift"),
            ("Refusals", "insufficient"),
            ("Cost", "absent"),
            ("Tools", "steady"),
        )
    ]
    board = BehaviourBoard(
        rows=rows, total=4, since=HOUR, until=3 * HOUR, baseline=2, note="", drifting=1, watched=0, insufficient=1
    )
    told = page(board, [])
    assert told.count("<tr>") == 2
    assert "1 is steady." in told
    assert "1 has too few values to tell; of the whole: Refusals." in told
    assert "The logs do not tell: Cost." in told


def test_a_metric_is_told_in_lines_that_no_log_can_draw_with() -> None:
    """For a terminal: why, causes, changes, hours, words."""
    lines = view(detail(POINTS, HOSTILE), 100)
    assert lines[0].startswith("drift  Latency of model=</svg>")
    assert not {"\x1b", "\x07", "\u202e"} & set("".join(lines))
    told = "\n".join(lines)
    assert "50%" in told
    assert "1970-01-01 03:00 UTC  70  9 ms   4 ms to 6 ms  3       drift" in told


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        assert not {name for name, _ in attrs} & {"href", "src", "onload", "onclick"}


def test_a_page_runs_nothing_that_a_log_says() -> None:
    told = report(detail(POINTS, HOSTILE))
    tags = _Tags()
    tags.feed(told)
    assert not tags.found & {"script", "link", "img", "iframe", "object", "a"}
    assert "svg" in tags.found
    assert "&lt;script&gt;" in told
    assert not {"\x1b", "\x07", "\u202e"} & set(told)


def test_a_chart_has_the_band_the_line_the_drift_the_alerts_and_the_changes() -> None:
    picture = ElementTree.fromstring(chart(detail(POINTS, "v3")))
    tags = [one.tag for one in picture.iter()]
    assert (tags.count("polygon"), tags.count("polyline"), tags.count("circle"), tags.count("path")) == (2, 2, 1, 1)
    told = "".join(picture.itertext())
    assert "deploy v3" in told
    assert "1970-01-01 03:00 UTC: 3 alerts" in told


@settings(max_examples=50)
@given(st.lists(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS), max_size=6), st.text(max_size=20))
def test_whatever_the_hours_are_a_chart_can_be_drawn_or_says_why_not(hours: list[Any], text: str) -> None:
    picture = ElementTree.fromstring(chart(detail([point(at, *hour) for at, hour in enumerate(hours)], text)))
    for one in picture.iter():
        assert "nan" not in "".join(one.attrib.values())


def test_amounts_have_their_units() -> None:
    assert amount(0.031, "rate", "") == "3.1%"
    assert amount(1234.5, "number", "ms") == "1,234 ms"
    assert amount(0.0123, "number", "$") == "$0.0123"
    assert amount(None, "number", "$") == ""


def test_the_board_its_report_usage_and_models_can_be_had_from_the_shell(tmp_path: Path) -> None:
    home, log, html = tmp_path / "home", tmp_path / "calls.jsonl", tmp_path / "drift.html"
    log.write_text("".join(json.dumps(one) + "\n" for one in traffic(8, swapped=2, each=60)))
    with collecting(home, log):
        until(lambda: [row for row in rows(home, "drift", "list") if row["n"] >= 50])
        board = rows(home, "drift", "list", "--hours", "3", "--filter", "metric:output_tokens slice:all")
        assert {row["verdict"] for row in board} == {"no baseline"}
        run(home, "drift", "report", "--html", str(html), "--hours", "3")
        assert "Output tokens" in html.read_text()
        assert "<svg" in html.read_text()
        [shown] = rows(home, "drift", "show", "output_tokens", "--hours", "3")
        assert shown["row"]["metric"] == "output_tokens"
        assert shown["points"]
        missing = run(home, "drift", "show", "nonsense", expect=3)
        assert "no metric" in missing.stderr
        assert {row["name"] for row in rows(home, "usage", "list", "--by", "model")} == {"gpt-4o", "gpt-9"}
        compared = {row["metric"]: row for row in rows(home, "models", "compare")}
        assert compared["output_tokens"]["differs"] is True
        run(home, "drift", "baseline", "pin", "--note", "a quiet morning")
        [baseline] = rows(home, "drift", "baseline", "list")
        assert (baseline["version"], baseline["in_force"], baseline["note"]) == (1, True, "a quiet morning")
