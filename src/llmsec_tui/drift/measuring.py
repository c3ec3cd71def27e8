"""From events to sketches: one for each minute and segment that they fall into."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from llmsec_tui.drift.bins import Names
from llmsec_tui.drift.metrics import BY_NAME, LAYOUT, NUMBERS, Metric, Shape
from llmsec_tui.drift.segments import DIMENSIONS, Segment
from llmsec_tui.drift.sketch import Sketch
from llmsec_tui.drift.texts import Measured, measure, on_topic
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.events.model import ContentState, Kind, Role, Trust

MINUTE = 60_000_000
MOST_TEXTS = 64
"""Texts of a batch that are measured: those with the least hashes, which is as good as by lot and always the same."""
_MOST_CONVERSATIONS = 50_000
_MOST_CALLS = 200_000
_BLOCKED = ("deny", "denied", "block", "blocked", "intervened", "flagged", "refuse", "refused")
_SEEN = (ContentState.PRESENT, ContentState.TRUNCATED)
_OF_CALLS = ("input_tokens", "output_tokens", "cost_usd", "finish_reasons")


class Place(NamedTuple):
    """Where a measurement goes."""

    minute: int
    """Its beginning, in microseconds since 1970 UTC."""
    segment: Segment


@dataclass(frozen=True, slots=True)
class Measurements:
    """What a batch of events comes to."""

    sketches: Mapping[Place, Sketch]
    names: frozenset[tuple[str, int, str]]
    """Metric, bin and name, of every name in a mix."""


class Single(NamedTuple):
    """A value of one event."""

    event_id: str
    talk: str
    """Its conversation, else its trace; "" for neither."""
    segment: Segment
    at: int
    """Microseconds since 1970 UTC."""
    user_id: str | None
    value: float
    """Of a mix, the bin of a name."""


class _Talk(NamedTuple):
    """What is known of a conversation."""

    model: str = ""
    language: str = ""
    prompt: str = ""
    question: frozenset[str] = frozenset()


class Measurer:
    """Goes through events in the order of their arrival, and remembers what it takes to place the next ones."""

    def __init__(self) -> None:
        self._talks: OrderedDict[str, _Talk] = OrderedDict()
        self._calls: OrderedDict[str, None] = OrderedDict()
        """Calls whose usage was counted: several events may tell of one."""

    def measure(self, batch: EventBatch, alerted: Iterable[str] = ()) -> Measurements:
        """``alerted`` are the ids of events with an alert for injection."""
        events = _dated(batch)
        if events.is_empty():
            return Measurements({}, frozenset())
        texts = _measured(events, batch.contents, MOST_TEXTS)
        events = self._placed(events, texts)
        places = events.select("minute", *DIMENSIONS).unique(maintain_order=True).with_row_index("place")
        events = events.join(places, on=["minute", *DIMENSIONS], maintain_order="left")
        tally = _Tally(places.height)
        self._tell_calls(tally, events)
        _tell_others(tally, events, alerted)
        self._tell_texts(tally, events, texts)
        found = [Place(row[1], Segment(*row[2:])) for row in places.iter_rows()]
        return Measurements(tally.sketches(found), frozenset(tally.names))

    def each(
        self, batch: EventBatch, metric: Metric, alerted: Iterable[str] = (), texts: int = MOST_TEXTS
    ) -> list[Single]:
        """The values of one metric, each with its event; ``texts`` is how many texts are measured for it."""
        events = _dated(batch)
        if events.is_empty():
            return []
        measured = _measured(events, batch.contents, texts)
        events = self._placed(events, measured).with_row_index("place")
        tally = _Tally(events.height)
        self._tell_calls(tally, events)
        _tell_others(tally, events, alerted)
        self._tell_texts(tally, events, measured)
        rows = events.select("event_id", "talk", *DIMENSIONS, "at", "user_id").rows()
        end = 2 + len(DIMENSIONS)
        return [
            Single(row[0], row[1], Segment(*row[2:end]), row[end], row[end + 1], value)
            for place, value in tally.of(metric)
            for row in (rows[place],)
        ]

    def _placed(self, events: pl.DataFrame, texts: Mapping[bytes, Measured]) -> pl.DataFrame:
        """With ``minute`` and the dimensions of the segment; what an event does not say its conversation does."""
        languages = {sha: one.language for sha, one in texts.items()}
        is_prompt = pl.col("trust").is_in([Trust.SYSTEM, Trust.OPERATOR])
        said = events.with_columns(
            said_model=pl.coalesce("response_model", "request_model"),
            said_prompt=pl.when(is_prompt).then(pl.col("content_sha256").bin.slice(0, 6).bin.encode("hex")),
            said_language=pl.col("content_sha256").replace_strict(languages, default=None, return_dtype=pl.String)
            if languages
            else pl.lit(None, dtype=pl.String),
        )
        talks = said["talk"].unique(maintain_order=True).to_list()
        known = [self._talks.get(name, _Talk()) for name in talks]
        before = pl.DataFrame(
            {"talk": talks, **{f"was_{name}": [getattr(one, name) for one in known] for name in _CARRIED}},
            schema={"talk": pl.String, **{f"was_{name}": pl.String for name in _CARRIED}},
        )
        carried = said.join(before, on="talk", how="left", maintain_order="left").with_columns(
            # Events of no conversation have nothing to do with each other.
            pl.when(pl.col("talk") == "")
            .then(pl.col(f"said_{name}"))
            .otherwise(pl.col(f"said_{name}").forward_fill().over("talk"))
            .fill_null(pl.col(f"was_{name}"))
            .alias(name)
            for name in _CARRIED
        )
        last = carried.group_by("talk", maintain_order=True).agg(pl.col(*_CARRIED).last())
        for name, model, language, prompt in last.select("talk", *_CARRIED).iter_rows():
            self._remember(name, _Talk(model, language, prompt, self._talks.get(name, _Talk()).question))
        return carried

    def _remember(self, name: str, talk: _Talk) -> None:
        if name:
            self._talks.pop(name, None)
            self._talks[name] = talk
            while len(self._talks) > _MOST_CONVERSATIONS:
                self._talks.popitem(last=False)

    def _tell_calls(self, tally: "_Tally", events: pl.DataFrame) -> None:
        """What calls used and how long they took; each call once."""
        # Formats without events of their own for calls put their figures to the answer.
        tells = (pl.col("role") == Role.ASSISTANT) & pl.any_horizontal(pl.col(*_OF_CALLS).is_not_null())
        is_call = pl.col("kind").is_in([Kind.LLM_CALL, Kind.USAGE, Kind.ERROR])
        calls = events.filter(is_call | tells).unique("call", keep="first", maintain_order=True)
        fresh = [name not in self._calls for name in calls["call"]]
        self._calls.update(dict.fromkeys(calls["call"]))
        while len(self._calls) > _MOST_CALLS:
            self._calls.popitem(last=False)
        calls = calls.filter(pl.Series(fresh, dtype=pl.Boolean))
        for metric, column in _FIGURES.items():
            tally.take(metric, calls, pl.col(column))
        cached = pl.col("cache_read_input_tokens").fill_null(0) / pl.col("input_tokens")
        tally.take("cached_share", calls, pl.when(pl.col("input_tokens") > 0).then(cached))
        failed = (pl.col("kind") == Kind.ERROR) | pl.col("error_type").is_not_null()
        tally.take("errors", calls, failed)
        tally.take("has_user", calls, pl.col("user_id").is_not_null())
        tally.take("has_model", calls, pl.coalesce("response_model", "request_model").is_not_null())
        tally.take("has_usage", calls.filter(pl.col("kind") != Kind.ERROR), pl.col("output_tokens").is_not_null())
        reasons = calls.filter(pl.col("finish_reasons").is_not_null()).select("place", pl.col("finish_reasons"))
        split = reasons.with_columns(pl.col("finish_reasons").str.split(",").list.eval(pl.element().str.strip_chars()))
        tally.take_names("finish", split.explode("finish_reasons"), "finish_reasons")

    def _tell_texts(self, tally: "_Tally", events: pl.DataFrame, texts: Mapping[bytes, Measured]) -> None:
        wanted = events.filter(_IS_SAID & pl.col("content_sha256").is_in(list(texts))) if texts else events.clear()
        for row in wanted.select("place", "role", "talk", "content_sha256").iter_rows():
            place, role, name, sha = row
            one, talk = texts[sha], self._talks.get(name, _Talk())
            if role == Role.USER:
                self._remember(name, talk._replace(question=one.words))
                continue
            tally.put("valid_json", place, one.valid_json)
            tally.put("links", place, one.links)
            tally.put("code", place, one.code)
            tally.put("entropy", place, one.entropy)
            tally.put("novelty", place, one.novelty)
            tally.put("hedging", place, one.hedging)
            tally.put("on_topic", place, on_topic(talk.question, one.words))
            tally.put_name("language", place, one.language)


_CARRIED = ("model", "language", "prompt")
_FIGURES = {
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cost": "cost_usd",
    "latency": "duration_ms",
    "first_token": "ttft_ms",
}
_IS_SAID = (pl.col("kind") == Kind.MESSAGE) & pl.col("role").is_in([Role.USER, Role.ASSISTANT])
_COLUMNS = (
    *("event_id", "kind", "role", "trust", "content_sha256", "content_state", "response_model", "request_model"),
    *("user_id", "input_tokens", "output_tokens", "cache_read_input_tokens", "cost_usd", "duration_ms", "ttft_ms"),
    *("error_type", "finish_reasons", "refusal", "guardrail_verdict", "tool_name", "tool_is_error"),
    pl.coalesce("conversation_id", "trace_id", pl.lit("")).alias("talk"),
    pl.coalesce("usage_key", "event_id").alias("call"),
    pl.col("ts").dt.epoch("us").alias("at"),
    (pl.col("ts").dt.epoch("us") // MINUTE * MINUTE).alias("minute"),
    pl.col("service_name").fill_null("").alias("app"),
    pl.col("tenant_id").fill_null("").alias("tenant"),
    pl.coalesce("agent_name", "agent_id", pl.lit("")).alias("agent"),
)


def _dated(batch: EventBatch) -> pl.DataFrame:
    """The events of a batch that say when they were, with the lengths of their texts."""
    events = batch.events.select(_COLUMNS).filter(pl.col("at").is_not_null())
    lengths = batch.contents.select("content_sha256", "n_chars")
    return events.join(lengths, on="content_sha256", how="left", maintain_order="left")


def _measured(events: pl.DataFrame, contents: pl.DataFrame, most: int) -> dict[bytes, Measured]:
    """Some of the texts that people and models said."""
    said = events.filter(_IS_SAID).select("content_sha256").drop_nulls().unique().sort("content_sha256")
    some = said.head(most).join(contents, on="content_sha256")
    return {sha: measure(text) for sha, text in some.select("content_sha256", "text").iter_rows() if text}


def _tell_others(tally: "_Tally", events: pl.DataFrame, alerted: Iterable[str]) -> None:
    """What is measured whatever an event says."""
    tools = events.filter((pl.col("kind") == Kind.TOOL_CALL) & pl.col("tool_name").is_not_null())
    tally.take_names("tools", tools, "tool_name")
    results = events.filter(pl.col("kind") == Kind.TOOL_RESULT)
    tally.take("tool_errors", results, pl.col("tool_is_error").fill_null(False))
    judged = events.filter(pl.col("guardrail_verdict").is_not_null())
    tally.take("guardrail", judged, pl.col("guardrail_verdict").str.to_lowercase().is_in(_BLOCKED))
    told = events.filter(pl.col("content_state") != ContentState.NONE)
    tally.take("coverage", told, pl.col("content_state").is_in(_SEEN))
    answers = events.filter((pl.col("kind") == Kind.MESSAGE) & (pl.col("role") == Role.ASSISTANT))
    tally.take("refusals", answers, pl.col("refusal").fill_null(False))
    tally.take("answer_length", answers, pl.col("n_chars"))
    asked = events.filter((pl.col("kind") == Kind.MESSAGE) & (pl.col("role") == Role.USER))
    tally.take("pressure", asked, pl.col("event_id").is_in(list(alerted)))


class _Tally:
    """Adds values up, bin by bin, for each place."""

    def __init__(self, places: int) -> None:
        self.names: set[tuple[str, int, str]] = set()
        self._places = places
        self._found: dict[str, tuple[list[Any], list[Any]]] = {}
        self._single: dict[str, tuple[list[int], list[float]]] = {}

    def take(self, metric: str, events: pl.DataFrame, value: pl.Expr) -> None:
        """A value of each event that has one."""
        if events.is_empty():
            return
        frame = events.select("place", value.cast(pl.Float64).alias("value")).filter(pl.col("value").is_finite())
        if frame.height:
            places, values = self._found.setdefault(metric, ([], []))
            places.append(frame["place"].to_numpy())
            values.append(frame["value"].to_numpy())

    def take_names(self, metric: str, events: pl.DataFrame, column: str) -> None:
        """A name of each event."""
        counted = events.filter(pl.col(column) != "").group_by("place", column).len()
        for place, name, count in counted.iter_rows():
            slot = self._slot(metric, name)
            places, values = self._found.setdefault(metric, ([], []))
            places.append(np.full(count, place))
            values.append(np.full(count, slot, dtype=np.float64))

    def put(self, metric: str, place: int, value: float | None) -> None:
        """One value."""
        if value is not None:
            places, values = self._single.setdefault(metric, ([], []))
            places.append(place)
            values.append(float(value))

    def put_name(self, metric: str, place: int, name: str) -> None:
        """One name."""
        self.put(metric, place, self._slot(metric, name))

    def _slot(self, metric: str, name: str) -> int:
        bins = BY_NAME[metric].bins
        assert isinstance(bins, Names), "only mixes have names"
        slot = bins.slot(name)
        self.names.add((metric, slot, name[:200]))
        return slot

    def sketches(self, places: list[Place]) -> dict[Place, Sketch]:
        """What came together, by place; places where nothing was measured are left out."""
        counts = np.zeros((self._places, LAYOUT.size), dtype=np.int64)
        sums = np.zeros((self._places, len(NUMBERS)))
        for metric, at, values in self._columns():
            np.add.at(counts, (at, LAYOUT.starts[metric.name] + metric.bins.of(values)), 1)
            if metric.shape is not Shape.MIX:
                np.add.at(sums, (at, NUMBERS[metric.name]), values)
        return {place: Sketch(counts[row], sums[row]) for row, place in enumerate(places) if counts[row].any()}

    def of(self, metric: Metric) -> list[tuple[int, float]]:
        """The values of one metric, each with its place."""
        return [
            (int(place), float(value))
            for one, places, values in self._columns()
            if one is metric
            for place, value in zip(places, values, strict=True)
        ]

    def _columns(self) -> Iterator[tuple[Metric, Any, Any]]:
        for name, (places, values) in self._found.items():
            yield BY_NAME[name], np.concatenate(places), np.concatenate(values)
        for name, (one_by_one, found) in self._single.items():
            yield BY_NAME[name], np.array(one_by_one), np.array(found)
