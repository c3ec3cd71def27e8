"""What is told of an event by its other columns: money, fresh tokens, the document of a text; and how a text begins."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.detect.parts import batch, said

from llmsec_tui.detect.signals.computing import with_signals
from llmsec_tui.detect.signals.of_events import OF_EVENTS
from llmsec_tui.detect.signals.openings import opening_key
from llmsec_tui.detect.signals.prices import price
from llmsec_tui.events.model import Event, Kind, Trust

NAMES = [signal.name for signal in OF_EVENTS]


def of(name: str, *events: Event) -> list[Any]:
    return with_signals(batch(events), [name])[name].to_list()


def call(model: str | None = "claude-sonnet-4-5-20250929", **fields: Any) -> Event:
    return said(None, Trust.MODEL, kind=Kind.LLM_CALL, request_model=model, **fields)


def found(text: str, attrs: str | None) -> Event:
    return said(text, Trust.RETRIEVED, kind=Kind.RETRIEVAL, attrs=attrs)


def test_what_the_log_says_a_call_cost_is_what_it_cost() -> None:
    assert of("spend_usd", call(cost_usd=0.25, input_tokens=10**6), call(None, cost_usd=0.5)) == [0.25, 0.5]


def test_without_money_tokens_are_priced_and_cache_reads_cost_a_tenth() -> None:
    """A million tokens in at 3 dollars, a million out at 15; the same input from a cache, and written to one."""
    plain = call(input_tokens=1_000_000, output_tokens=1_000_000)
    read = call(input_tokens=1_000_000, cache_read_input_tokens=1_000_000, output_tokens=0)
    written = call(input_tokens=1_000_000, cache_write_input_tokens=1_000_000)
    assert of("spend_usd", plain, read, written) == pytest.approx([18.0, 0.3, 3.75])


def test_what_has_no_known_price_has_none() -> None:
    assert of("spend_usd", call("local-7b", input_tokens=10), call(None, input_tokens=10), call()) == [None] * 3


def test_the_more_particular_family_is_the_one_that_counts() -> None:
    models = ("gpt-4o-mini-2024-07-18", "gpt-4o", "eu.anthropic.claude-opus-4-1", "claude-opus-4-5", "GPT-5-mini")
    inputs = [found.input for model in models if (found := price(model)) is not None]
    assert inputs == [0.15, 2.5, 15, 5, 0.25]


def test_fresh_tokens_are_those_that_were_in_no_cache() -> None:
    events = (call(input_tokens=100), call(input_tokens=100, cache_read_input_tokens=80), call())
    assert of("fresh_input_tokens", *events) == [100, 20, None]


@pytest.mark.parametrize(
    ("attrs", "document"),
    [
        ('{"source":"a.md","id":7}', "a.md"),
        ('{"metadata":{"source":"b.md"},"score":0.5}', "b.md"),
        ('{"url":"https://c.example","title":"C"}', "https://c.example"),
        ('{"id":7}', "7"),
        ('{"title":"D"}', "D"),
    ],
)
def test_a_retrieved_text_is_of_the_document_that_the_log_names(attrs: str, document: str) -> None:
    assert of("document", found("Parcels take two days.", attrs)) == [document]


def test_without_a_name_a_document_is_known_by_its_text() -> None:
    """Broken attributes are none; and nothing but retrieved texts is of a document."""
    events = [found("one", None), found("one", "{"), found("two", '{"score":1}'), said("one")]
    first, again, other, none = of("document", *events)
    assert first == again == of("content_key", said("one"))[0]
    assert other not in (first, None)
    assert none is None


def test_every_column_signal_is_there_for_events_without_anything() -> None:
    frame = with_signals(batch([said(None)]), NAMES)
    assert frame.select(NAMES).row(0) == (None,) * len(NAMES)


def keys(*texts: str) -> Sequence[str | None]:
    return opening_key(texts, ["user"] * len(texts))


def test_texts_of_one_template_begin_alike() -> None:
    one, two, other, short = keys(
        "Classify the sentiment of this sentence 17: it rains",
        "classify  the sentiment of this\nsentence 4: it snows",
        "Translate the following sentence into French: it rains",
        "Classify the sentiment",
    )
    assert one == two
    assert len({one, other, None}) == 3
    assert short is None


@given(st.text())
def test_any_text_has_an_opening_or_none(text: str) -> None:
    [key] = keys(text)
    assert (key is None) == (len(text) < 40)
