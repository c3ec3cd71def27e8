"""From events to sketches: one for each minute and segment that they fall into."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from llmsec_tui.drift.metrics import Metric
from llmsec_tui.drift.segments import DIMENSIONS, Segment
from llmsec_tui.drift.tally import Tally
from llmsec_tui.drift.texts import Measured, measure, on_topic
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.events.model import ContentState, Kind, Role, Trust

MINUTE = 60_000_000
LEAST_TEXTS, MOST_TEXTS = 16, 64
"""Of a batch one text for each 32 events is measured, within these bounds: those with the least hashes, which is as
good as by lot and always the same."""
_EVENTS_A_TEXT = 32
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

    sketches: Mapping[Place, bytes]
    """As they are on disk."""
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


_NEW = _Talk()


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
        texts = _measured(events, batch.contents, None)
        events = self._placed(events, texts)
        places = events.lazy().select("minute", *DIMENSIONS).unique(maintain_order=True).with_row_index("place")
        found = places.collect()
        events = events.join(found, on=["minute", *DIMENSIONS], maintain_order="left")
        tally = Tally()
        self._tell_calls(tally, events)
        _tell_others(tally, events, alerted)
        self._tell_texts(tally, events, texts)
        named = [Place(row[1], Segment(*row[2:])) for row in found.iter_rows()]
        sketches = {named[place]: sketch for place, sketch in tally.sketches().items()}
        return Measurements(sketches, frozenset(tally.names))

    def each(
        self, batch: EventBatch, metric: Metric, alerted: Iterable[str] = (), texts: int | None = None
    ) -> list[Single]:
        """The values of one metric, each with its event; ``texts`` is how many texts are measured for it."""
        events = _dated(batch)
        if events.is_empty():
            return []
        measured = _measured(events, batch.contents, texts)
        events = self._placed(events, measured).with_row_index("place")
        tally = Tally()
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
        said = events.lazy().with_columns(
            said_model=pl.coalesce("response_model", "request_model"),
            said_prompt=pl.when(is_prompt).then(pl.col("content_sha256").bin.slice(0, 6).bin.encode("hex")),
            said_language=pl.when(_IS_SAID).then(
                pl.col("content_sha256").replace_strict(languages, default=None, return_dtype=pl.String)
            )
            if languages
            else pl.lit(None, dtype=pl.String),
        )
        talks = events["talk"].unique(maintain_order=True).to_list()
        before = pl.DataFrame(
            [(name, *self._talks[name][:-1]) for name in talks if name in self._talks],
            schema={"talk": pl.String, **{f"was_{name}": pl.String for name in _CARRIED}},
            orient="row",
        )
        joined = said.join(before.lazy(), on="talk", how="left", maintain_order="left").with_columns(
            # Events of no conversation have nothing to do with each other.
            pl.when(pl.col("talk") == "")
            .then(pl.col(f"said_{name}"))
            .otherwise(pl.col(f"said_{name}").forward_fill().over("talk"))
            .fill_null(pl.col(f"was_{name}"))
            .fill_null("")
            .alias(name)
            for name in _CARRIED
        )
        carried = joined.collect()
        last = carried.lazy().group_by("talk", maintain_order=True).agg(pl.col(*_CARRIED).last())
        for name, model, language, prompt in last.select("talk", *_CARRIED).collect().iter_rows():
            self._remember(name, _Talk(model, language, prompt, self._talks.get(name, _NEW).question))
        return carried

    def _remember(self, name: str, talk: _Talk) -> None:
        if name:
            self._talks[name] = talk
            self._talks.move_to_end(name)
            if len(self._talks) > _MOST_CONVERSATIONS:
                self._talks.popitem(last=False)

    def _tell_calls(self, tally: Tally, events: pl.DataFrame) -> None:
        """What calls used and how long they took; each call once."""
        # Formats without events of their own for calls put their figures to the answer; spans tell some of them twice.
        is_call = pl.col("kind").is_in([Kind.LLM_CALL, Kind.USAGE, Kind.ERROR])
        has_call = is_call.any().over("source_id", "record_idx")
        tells = (pl.col("role") == Role.ASSISTANT) & pl.any_horizontal(pl.col(*_OF_CALLS).is_not_null()) & ~has_call
        told = events.lazy().filter(is_call | tells).unique("call", keep="first", maintain_order=True).collect()
        fresh = [name not in self._calls for name in told["call"]]
        self._calls.update(dict.fromkeys(told["call"]))
        while len(self._calls) > _MOST_CALLS:
            self._calls.popitem(last=False)
        calls = told.filter(pl.Series(fresh, dtype=pl.Boolean))
        tally.take(calls, _FIGURES)
        reasons = calls.lazy().filter(pl.col("finish_reasons").is_not_null()).select("place", "finish_reasons")
        split = reasons.with_columns(pl.col("finish_reasons").str.split(",").list.eval(pl.element().str.strip_chars()))
        tally.take_names("finish", split.explode("finish_reasons"), "finish_reasons")

    def _tell_texts(self, tally: Tally, events: pl.DataFrame, texts: Mapping[bytes, Measured]) -> None:
        wanted = events.filter(_IS_SAID & pl.col("content_sha256").is_in(list(texts))) if texts else events.clear()
        for row in wanted.select("place", "role", "talk", "content_sha256").iter_rows():
            place, role, name, sha = row
            one, talk = texts[sha], self._talks.get(name, _NEW)
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
    "input_tokens": pl.col("input_tokens"),
    "output_tokens": pl.col("output_tokens"),
    "cached_share": pl.when(pl.col("input_tokens") > 0).then(
        pl.col("cache_read_input_tokens").fill_null(0) / pl.col("input_tokens")
    ),
    "cost": pl.col("cost_usd"),
    "latency": pl.col("duration_ms"),
    "first_token": pl.col("ttft_ms"),
    "errors": (pl.col("kind") == Kind.ERROR) | pl.col("error_type").is_not_null(),
    "has_user": pl.col("user_id").is_not_null(),
    "has_model": pl.coalesce("response_model", "request_model").is_not_null(),
    "has_usage": pl.when(pl.col("kind") != Kind.ERROR).then(pl.col("output_tokens").is_not_null()),
}
"""Of calls."""
_IS_MESSAGE = pl.col("kind") == Kind.MESSAGE
_IS_SAID = _IS_MESSAGE & pl.col("role").is_in([Role.USER, Role.ASSISTANT])
_ANSWERED = pl.when(_IS_MESSAGE & (pl.col("role") == Role.ASSISTANT))
_COLUMNS = (
    *("event_id", "kind", "role", "trust", "content_sha256", "content_state", "response_model", "request_model"),
    *("user_id", "input_tokens", "output_tokens", "cache_read_input_tokens", "cost_usd", "duration_ms", "ttft_ms"),
    *("error_type", "finish_reasons", "refusal", "guardrail_verdict", "tool_name", "tool_is_error"),
    *("source_id", "record_idx"),
    pl.coalesce("conversation_id", "trace_id", pl.lit("")).alias("talk"),
    pl.coalesce("usage_key", "event_id").alias("call"),
    pl.col("ts").dt.epoch("us").alias("at"),
    (pl.col("ts").dt.epoch("us") // MINUTE * MINUTE).alias("minute"),
    pl.col("service_name").fill_null("").alias("app"),
    pl.col("tenant_id").fill_null("").alias("tenant"),
    pl.coalesce("agent_name", "agent_id", pl.lit("")).alias("agent"),
)


def looked_at(events: pl.DataFrame, most: int | None = None) -> list[bytes]:
    """The hashes of the texts among these events that are measured: of those that people and models said, ``most``."""
    if most is None:
        most = min(max(events.height // _EVENTS_A_TEXT, LEAST_TEXTS), MOST_TEXTS)
    said = events.lazy().filter(_IS_SAID).select("content_sha256").drop_nulls().unique().sort("content_sha256")
    return said.head(most).collect()["content_sha256"].to_list()


def _dated(batch: EventBatch) -> pl.DataFrame:
    """The events of a batch that say when they were, with the lengths of their texts."""
    events = batch.events.lazy().select(_COLUMNS).filter(pl.col("at").is_not_null(), pl.col("kind") != Kind.INTAKE)
    lengths = batch.contents.lazy().select("content_sha256", "n_chars")
    return events.join(lengths, on="content_sha256", how="left", maintain_order="left").collect()


def _measured(events: pl.DataFrame, contents: pl.DataFrame, most: int | None) -> dict[bytes, Measured]:
    """Some of the texts that people and models said."""
    some = contents.lazy().filter(pl.col("content_sha256").is_in(looked_at(events, most))).collect()
    return {sha: measure(text) for sha, text in some.select("content_sha256", "text").iter_rows() if text}


def _tell_others(tally: Tally, events: pl.DataFrame, alerted: Iterable[str]) -> None:
    """What is measured whatever an event says."""
    tools = events.lazy().filter((pl.col("kind") == Kind.TOOL_CALL) & pl.col("tool_name").is_not_null())
    tally.take_names("tools", tools.select("place", "tool_name"), "tool_name")
    asked = pl.when(_IS_MESSAGE & (pl.col("role") == Role.USER))
    values = {
        "tool_errors": pl.when(pl.col("kind") == Kind.TOOL_RESULT).then(pl.col("tool_is_error").fill_null(False)),
        "guardrail": pl.col("guardrail_verdict").str.to_lowercase().is_in(_BLOCKED),
        "coverage": pl.when(pl.col("content_state") != ContentState.NONE).then(pl.col("content_state").is_in(_SEEN)),
        "refusals": _ANSWERED.then(pl.col("refusal").fill_null(False)),
        "answer_length": _ANSWERED.then(pl.col("n_chars")),
        "pressure": asked.then(pl.col("event_id").is_in(list(alerted))),
    }
    tally.take(events, values)
