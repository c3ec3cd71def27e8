"""Everything that can happen to an incident is said in words."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.incidents.cases import happened

from llmsec_tui.incidents import changes as c
from llmsec_tui.incidents.states import Disposition, RunState, State
from llmsec_tui.incidents.timeline import Kind
from llmsec_tui.incidents.wording import Known, moments, span, words

_SHARE = c.Share(alert_ids=["a1", "a2"], levels={"high": 2}, rules={"r": 2}, keys={})
_LIMIT = c.Limit(clock="gdpr", within=72 * 3_600_000_000, duty=True)
_TASK = c.NewTask(task=3, text="Revoke the key")
_PIN = c.Pinned(
    pin=1, event_id="e1", source_id="s", source_path="/logs/a", source_offset=5, source_len=9, sha256="ab", note="look"
)
_STARTED = c.RunStarted(run=1, remedy="revoke", rehearsal=False, what="revoke ana", digest="d")
_ENDED = c.RunEnded(
    run=1, state=RunState.FAILED, exit_code=2, took_us=1_500_000, output_bytes=1, output_sha256="f", told="It said no."
)
_SAID: list[tuple[c.Change, Kind, str, str]] = [
    (
        c.Opened(how="level", title="Leak", level="high", share=_SHARE, limits=[], follows="INC-1"),
        Kind.ACT,
        "opened by itself, for its level, follows INC-1, high, 2 alerts",
        "Leak",
    ),
    (c.AlertsJoined(share=_SHARE, note="these too"), Kind.ACT, "2 alerts joined", "these too"),
    (c.AlertsWithdrawn(share=_SHARE), Kind.ACT, "2 alerts withdrawn: later events proved them wrong", ""),
    (c.Acknowledged(owner="ada", note="mine"), Kind.ACT, "acknowledged, owner ada", "mine"),
    (c.AcknowledgementTimedOut(owner="ada"), Kind.CLOCK, "new again: ada took it and did not go on", ""),
    (c.TakenOver(owner="bob", before="ada", note="asleep"), Kind.ACT, "taken over by bob from ada", "asleep"),
    (c.Assigned(owner="bob", before=""), Kind.ACT, "assigned to bob", ""),
    (c.HandedOver(owner="bob", before="ada"), Kind.ACT, "handed over to bob from ada", ""),
    (c.Moved(act="contain", state=State.CONTAINED, note="key gone"), Kind.ACT, "contained", "key gone"),
    (
        c.Closed(disposition=Disposition.DUPLICATE, note="same", duplicate_of="INC-2", waived=[1]),
        Kind.ACT,
        "closed: duplicate of INC-2, 1 open task left out",
        "same",
    ),
    (c.Reopened(owner="ada", note="again", limits=[]), Kind.ACT, "reopened, owner ada", "again"),
    (c.MergedInto(into="INC-2", note="one thing"), Kind.ACT, "merged into INC-2", "one thing"),
    (c.Absorbed(incident="INC-3", share=_SHARE), Kind.ACT, "INC-3 merged into this, with 2 alerts", ""),
    (c.Unmerged(from_="INC-2", share=_SHARE, note="no"), Kind.ACT, "no longer merged into INC-2", "no"),
    (
        c.GaveBack(incident="INC-3", share=_SHARE),
        Kind.ACT,
        "INC-3 no longer merged into this; 2 alerts went back",
        "",
    ),
    (c.SplitOff(into="INC-4", share=_SHARE, note="other"), Kind.ACT, "2 alerts split off into INC-4", "other"),
    (c.Linked(to="INC-5"), Kind.ACT, "linked to INC-5", ""),
    (c.Unlinked(to="INC-5"), Kind.ACT, "no longer linked to INC-5", ""),
    (c.LevelSet(level="low", note="harmless", limits=[]), Kind.ACT, "level set to low", "harmless"),
    (c.Retitled(title="Key leak"), Kind.ACT, "given another title", "Key leak"),
    (c.Watched(watcher="ada"), Kind.ACT, "watched by ada", ""),
    (c.Unwatched(watcher="ada"), Kind.ACT, "no longer watched by ada", ""),
    (c.Noted(note="hm"), Kind.ACT, "noted", "hm"),
    (c.Marked(when=5, text="here"), Kind.MARK, "marked", "here"),
    (_PIN, Kind.ACT, "pinned record 1", "/logs/a at offset 5, SHA-256 ab: look"),
    (c.Unpinned(pin=1, note="wrong one"), Kind.ACT, "took pin 1 away", "wrong one"),
    (
        c.PinsChecked(results={"1": "intact", "2": "gone", "3": "intact"}),
        Kind.ACT,
        "read the pins again: 2 intact, 1 gone",
        "",
    ),
    (c.TaskAdded(task=_TASK), Kind.ACT, "added a task", "Revoke the key"),
    (c.TaskDone(task=3, note="done"), Kind.ACT, "task done", "Revoke the key: done"),
    (c.TaskWaived(task=3, note="no need"), Kind.ACT, "task left out", "Revoke the key: no need"),
    (c.TaskReopened(task=9), Kind.ACT, "task open again", "task 9"),
    (_STARTED, Kind.RUN, "revoke started", "revoke ana"),
    (_ENDED, Kind.RUN, "revoke failed (2) after 1.5 s", "It said no."),
    (c.DutyStarted(limit=_LIMIT, aware_at=5), Kind.CLOCK, "duty gdpr runs, 3d from when it was known", ""),
    (c.DutyAmended(clock="gdpr", aware_at=4, note="mail"), Kind.CLOCK, "duty gdpr: known since another time", "mail"),
    (c.DutyMet(clock="gdpr", note="sent"), Kind.CLOCK, "duty gdpr met", "sent"),
    (c.Breached(clock="contain", due_at=7), Kind.CLOCK, "missed: contain was due", ""),
    (
        c.Told(channel="pager", about="opened", delivered=False, why="500"),
        Kind.ACT,
        "could not tell pager: opened",
        "500",
    ),
    (c.Exported(formats=["stix"], manifest_sha256="ab"), Kind.ACT, "exported: stix", "manifest ab"),
]


@pytest.mark.parametrize(("change", "kind", "what", "text"), _SAID, ids=[type(row[0]).__name__ for row in _SAID])
def test_each_change_has_its_words(change: c.Change, kind: Kind, what: str, text: str) -> None:
    known = Known()
    for earlier in (c.TaskAdded(task=_TASK), _STARTED):
        known.learn(earlier)
    said = words(change, known)
    assert (said.kind, said.what, said.text) == (kind, what, text)


def test_no_kind_of_change_is_without_words() -> None:
    assert {type(row[0]) for row in _SAID} == set(get_args(c.Change))


def test_what_was_named_by_a_number_is_told_by_its_name() -> None:
    """Also where the name was given several events before, by alerts that joined or an incident that was merged."""
    events = [
        happened(1, c.AlertsJoined(share=_SHARE, tasks=[_TASK])),
        happened(2, _STARTED),
        happened(3, c.TaskDone(task=3)),
        happened(4, _ENDED),
    ]
    assert [moment.what for moment in moments(events)][2:] == ["task done", "revoke failed (2) after 1.5 s"]
    assert [moment.text for moment in moments(events)][2] == "Revoke the key"


def test_a_mark_stands_where_it_points_to_and_everything_else_when_it_was_done() -> None:
    marked, noted = moments([happened(1, c.Marked(when=77, text="the deploy")), happened(2, c.Noted(note="hm"))])
    assert (marked.at, marked.kind) == (77, Kind.MARK)
    assert noted.at == happened(2, c.Noted(note="hm")).at


@given(st.integers(-(10**9), 10**15))
def test_a_span_has_at_most_two_units(microseconds: int) -> None:
    assert 1 <= len(span(microseconds).split()) <= 2


@pytest.mark.parametrize(
    ("seconds", "told"), [(0, "0s"), (59, "59s"), (5_400, "1h 30min"), (259_200, "3d"), (90_061, "1d 1h")]
)
def test_spans_are_told_in_their_largest_units(seconds: int, told: str) -> None:
    assert span(seconds * 1_000_000) == told
