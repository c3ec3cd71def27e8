"""Markers: what changed outside, noted by people and pipelines, and refused when it makes no sense."""

import time
from contextlib import closing

import pytest
from tests.service.parts import actor

from llmsec_tui.errors import ServiceError
from llmsec_tui.service.context import Context
from llmsec_tui.service.incidents.api import AddMarker, ListMarkers
from llmsec_tui.service.incidents.rows import MarkerPage
from llmsec_tui.service.marker_handlers import add_marker, list_markers

DAY = 86_400_000_000
FAR_AHEAD = 32_503_680_000_000_000
"""The year 3000: tests that are spread over processes must have the same names in each."""


def listed(context: Context, ask: ListMarkers) -> MarkerPage:
    with closing(context.store.reader()) as reader:
        return list_markers(context, reader, ask)


def test_a_marker_says_what_changed_when_and_by_whom(context: Context) -> None:
    now = time.time_ns() // 1000
    add_marker(context, actor(user="ci"), AddMarker(command_id="1", kind="deploy", text=" v2 ", app="shop", at=5))
    outcome = add_marker(context, actor(), AddMarker(command_id="2", kind="prompt", text="v3"))
    page = listed(context, ListMarkers())
    assert (outcome.message, outcome.version, page.total) == ("Marker 2 is noted.", 2, 2)
    newest, oldest = page.rows
    assert (oldest.seq, oldest.at, oldest.kind, oldest.text, oldest.app, oldest.author) == (
        *(1, 5, "deploy", "v2"),
        *("shop", "ci"),
    )
    assert now <= newest.at <= time.time_ns() // 1000
    assert [row.seq for row in listed(context, ListMarkers(before=2)).rows] == [1]
    assert [row.seq for row in listed(context, ListMarkers(after=1)).rows] == [2]


@pytest.mark.parametrize(
    ("kind", "text", "app", "at", "why"),
    [
        ("earthquake", "v2", "", None, "no markers of kind 'earthquake'"),
        ("deploy", "  ", "", None, "says what changed"),
        ("deploy", "x" * 501, "", None, "at most 500"),
        ("deploy", "v2", "x" * 501, None, "at most 500"),
        ("deploy", "v2", "", -1, "of the past"),
        ("deploy", "v2", "", FAR_AHEAD, "of the past"),
    ],
)
def test_a_marker_that_makes_no_sense_is_refused(
    context: Context, kind: str, text: str, app: str, at: int | None, why: str
) -> None:
    with pytest.raises(ServiceError, match=why):
        add_marker(context, actor(), AddMarker(command_id="1", kind=kind, text=text, app=app, at=at))
    assert listed(context, ListMarkers()).total == 0
