"""Alerts that are not shown are stored, counted, found and explained; silences are kept with all they hid."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.parts import NOW, alert, batch, kept, message

from llmsec_tui.detect.suppress import MATCHED, MEMORY, Matcher, Shown, Silence, Suppressor
from llmsec_tui.events.schema import ALERTS, SUPPRESSION
from llmsec_tui.store.commit import Commit, Memory, Withdrawal
from llmsec_tui.store.filters import parse
from llmsec_tui.store.silences import StoredSilence
from llmsec_tui.store.store import Store
from llmsec_tui.store.views import ALERTS as VIEW

HOUR = 3_600_000_000


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store.duckdb")


def decided(number: int, by: str | None = None, ref: str | None = None, group: str | None = None, **fields: Any) -> Any:
    """An alert with what became of it."""
    return {**alert(number, **fields), "suppressed_by": by, "suppressed_ref": ref, "group_id": group}


def name(number: int) -> str:
    return str(alert(number)["alert_id"])


def committed(store: Store, *alerts: dict[str, Any], at: int = NOW, memory: Memory = Memory()) -> None:  # noqa: B008
    numbers = [int(one["alert_id"][:4], 16) for one in alerts]
    plain = batch([kept(n, message(f"text {n}")) for n in numbers], at=at, memory=memory)
    frame = pl.DataFrame(list(alerts), schema=ALERTS | SUPPRESSION)
    store.commit(Commit(plain.batch, frame, plain.dead_letters, {}, [], [], at, memory))


def listed(store: Store, typed: str = "", **options: Any) -> list[str]:
    return [row["alert_id"] for row in store.reader().alerts(typed, **options)[0]]


def test_lists_and_numbers_are_of_what_is_shown_and_tell_how_much_is_not(store: Store) -> None:
    """A filter that says what it wants of suppressed alerts gets it."""
    committed(store, decided(1, group=name(1)), decided(2, "duplicate", name(1)), decided(3, "silenced", "s1"))
    reader = store.reader()
    assert listed(store) == [name(1)]
    assert (reader.alerts()[1], reader.suppressed()) == (1, 2)
    assert reader.suppressed("level:low") == 0
    overview = reader.overview(1, 3600, NOW)
    assert (overview["open_by_level"]["high"], overview["suppressed"]) == (1, 2)
    assert [row["alert_id"] for row in overview["latest"]] == [name(1)]
    assert overview["rate"][-1]["alerts"] == 1
    for typed, found in {
        "suppressed:any": [3, 2, 1],
        "suppressed:yes": [3, 2],
        "suppressed:no": [1],
        "!suppressed:no": [3, 2],
        "suppressed_by:silenced": [3],
        "silence:s1": [3],
        f"silence:{name(1)}": [],
        f"group:{name(1)} suppressed:any": [2, 1],
        f"group:{name(1)}": [1],
    }.items():
        assert listed(store, typed) == [name(number) for number in found], typed
        assert typed == f"group:{name(1)}" or reader.suppressed(typed) == 0


def test_what_a_silenced_alert_inhibits_is_found_with_it(store: Store) -> None:
    """Though neither is in a group that anybody sees."""
    committed(store, decided(1, "silenced", "s1"), decided(2, "inhibited", name(1)))
    assert listed(store, f"group:{name(1)} suppressed:any") == [name(2), name(1)]
    assert store.reader().alert(name(2))["kept_by"]["suppressed_by"] == "silenced"


def test_a_filter_finds_in_memory_what_it_finds_in_the_store(store: Store) -> None:
    committed(store, decided(1, group=name(1)), decided(2, "duplicate", name(1)))
    rows = store.reader().alerts("suppressed:any")[0]
    for typed in ("suppressed:yes", "suppressed:no", "suppressed:any", "suppressed_by:duplicate"):
        sought = parse(typed, VIEW, NOW)
        assert [row["alert_id"] for row in rows if sought.matches(row)] == listed(store, typed)


def test_a_group_is_one_line_with_its_newest_alert_and_its_size(store: Store) -> None:
    """The lines page like alerts do, and a filter counts what matches it."""
    first = [decided(n, group=name(1 if n % 2 else 2)) for n in (1, 2, 3, 4, 5)]
    committed(store, *first, decided(6, "duplicate", name(5)), decided(7, group=name(7), level="low"))
    reader = store.reader()
    rows, total = reader.alerts(grouped=True)
    assert [(row["alert_id"], row["grouped"]) for row in rows] == [(name(7), 1), (name(5), 3), (name(4), 2)]
    assert total == 3
    assert listed(store, "level:low", grouped=True) == [name(7)]
    page = reader.alerts(grouped=True, before=rows[0]["seq"], limit=1)
    assert ([row["alert_id"] for row in page[0]], page[1]) == ([name(5)], 3)
    assert listed(store, grouped=True, after=rows[2]["seq"], limit=1) == [name(5)]
    assert listed(store, "level:critical", grouped=True) == []


def test_alerts_of_a_store_from_before_are_shown_each_in_its_own_group(store: Store) -> None:
    store.commit(batch([kept(1, message("text"))], alerts=[alert(1)]))
    (row,) = store.reader().alerts(grouped=True)[0]
    assert (row["suppressed_by"], row["group_id"], row["grouped"]) == (None, name(1), 1)


def test_an_alert_says_what_hides_it_or_what_it_stands_for(store: Store) -> None:
    silence = StoredSilence(Silence("s1", (Matcher("user_id", "ana"),), NOW + HOUR), "ada", "load test", NOW)
    store.add_silence(silence)
    committed(
        store,
        *(decided(1, group=name(1)), decided(2, group=name(1)), decided(3, "duplicate", name(1))),
        *(decided(4, "inhibited", name(1)), decided(5, "silenced", "s1")),
    )
    reader = store.reader()
    shown = reader.alert(name(1))
    assert (shown["in_group"], shown["stands_for"], shown["kept_by"]) == (2, {"duplicate": 1, "inhibited": 1}, None)
    assert reader.alert(name(3))["kept_by"]["alert_id"] == name(1)
    hidden = reader.alert(name(5))
    assert hidden["silence"].reason == "load test"
    assert (hidden["kept_by"], hidden["stands_for"]) == (None, {})


def test_what_an_alert_hid_is_shown_when_it_is_taken_back(store: Store) -> None:
    """Somebody has to see it; what a silence hides stays hidden."""
    committed(store, decided(1, group=name(1)), decided(2, "duplicate", name(1)), decided(3, "silenced", "s1"))
    committed(store, memory=Memory(withdrawn=[Withdrawal(name(1), "It came late.")]))
    assert listed(store, "state:new") == [name(2)]
    assert listed(store, "suppressed:yes") == [name(3)]


def test_an_alert_that_comes_again_and_would_be_shown_now_is(store: Store) -> None:
    """Its event was amended, so it is no repeat any more; one that is shown stays so."""
    committed(store, decided(1, group=name(1)), decided(2, "duplicate", name(1)))
    committed(store, decided(2, group=name(2)), decided(1, "duplicate", name(2)))
    assert listed(store) == [name(2), name(1)]


def test_a_silence_is_kept_with_what_it_hid_and_who_ended_it(tmp_path: Path) -> None:
    path = tmp_path / "store.duckdb"
    store = Store.open(path)
    silence = Silence("s1", (Matcher("rule_id", "r*"), Matcher("user_id", "bob")), NOW + HOUR)
    store.add_silence(StoredSilence(silence, "ada", "load test", NOW))
    committed(store, decided(1, "silenced", "s1"), decided(2, "silenced", "s1"), at=NOW + 5)
    committed(store, decided(2, "silenced", "s1"), at=NOW + 9)
    store.close()
    store = Store.open(path)
    (stored,) = store.silences()
    assert stored.silence == silence
    assert (stored.author, stored.reason, stored.hidden, stored.last_hidden_at) == ("ada", "load test", 2, NOW + 5)
    assert [stored.holds(at) for at in (NOW, NOW + HOUR - 1, NOW + HOUR)] == [True, True, False]
    store.end_silence("s1", at=NOW + 7, by="eve", reason="done")
    (ended,) = store.reader().silences()
    assert (ended.ended_at, ended.ended_by, ended.end_reason) == (NOW + 7, "eve", "done")
    assert not ended.holds(NOW)
    store.close()


def test_what_was_shown_of_late_is_remembered_with_its_place_and_group(store: Store) -> None:
    """An alert without a time of its own counts from its arrival; hidden and old ones are not among them."""
    late = datetime.fromtimestamp((NOW - 2 * MEMORY) / 1e6, UTC).replace(tzinfo=None)
    committed(store, decided(1, group=name(1)), at=NOW - 2 * MEMORY)
    committed(store, decided(2, "duplicate", name(1)), decided(3, group=name(1)), decided(4, group=name(4), ts=late))
    place, rule, words = "conversation_id:c1", "prompt-injection", "ignore all"
    assert store.shown(NOW) == [
        Shown(name(3), rule, place, words, NOW, name(1)),
        Shown(name(4), rule, place, words, NOW - 2 * MEMORY, name(4)),
    ]


def test_a_restart_after_every_batch_decides_as_if_there_was_none(tmp_path: Path) -> None:
    alerts = [
        alert(n, rule_id="ab"[n % 2], conversation_id="cd"[n // 2 % 2], excerpt="xyz"[n % 3], ts=_time(n * HOUR // 15))
        for n in range(1, 49)
    ]
    inhibitors = {"a": ["b"]}
    whole = Suppressor(inhibitors).apply(pl.DataFrame(alerts, schema=ALERTS), NOW)
    assert whole["suppressed_by"].n_unique() == 3
    store = Store.open(tmp_path / "store.duckdb")
    pieces = []
    for one in alerts:
        now = NOW + int(one["alert_id"][:4], 16) * HOUR // 15
        suppressor = Suppressor(inhibitors, store.shown(now))
        frame = suppressor.apply(pl.DataFrame([one], schema=ALERTS), now)
        pieces.append(frame)
        committed(store, *frame.rows(named=True), at=now)
    assert pl.concat(pieces).select(*SUPPRESSION).rows() == whole.select(*SUPPRESSION).rows()
    store.close()


def _time(after: int) -> datetime:
    return datetime.fromtimestamp((NOW + after) / 1e6, UTC).replace(tzinfo=None)


_TEXT = st.text(st.sampled_from("ab*.%_\\[é\n"), min_size=1, max_size=4)
_FIELDS = st.sampled_from(["rule_id", "user_id", "app", "level", "tool_name"])


@pytest.fixture(scope="module")
def varied(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Sequence[dict[str, Any]]]:
    """Alerts with all kinds of characters in what silences go by."""
    texts = ["a", "ab", "a.b", "a%b", "a_b", "a\\b", "[a]", "é", "a\nb", "b*", "", None]
    alerts = [
        decided(
            *(n, None, None, name(n)),
            rule_id=texts[n % 10],
            user_id=texts[n % 12],
            app=texts[(n * 5) % 12],
            level=("low", "high", "critical")[n % 3],
            tool_name=texts[(n * 7) % 12],
        )
        for n in range(1, 60)
    ]
    store = Store.open(tmp_path_factory.mktemp("varied") / "store.duckdb")
    committed(store, *alerts)
    return store, alerts


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(st.tuples(_FIELDS, _TEXT | st.sampled_from(["*b", "a*", "low", "critical", "*"])), max_size=3))
def test_a_forecast_counts_what_the_silence_would_hide(
    varied: tuple[Store, Sequence[dict[str, Any]]], wanted: list[tuple[str, str]]
) -> None:
    """Whatever characters are in the pattern and in the values; critical alerts only where the rule is named."""
    store, alerts = varied
    silence = Silence("s", tuple(Matcher(field, value) for field, value in wanted), NOW)
    assert set(MATCHED) >= {matcher.field for matcher in silence.matchers}
    found = store.reader().forecast(silence, NOW - 1)
    hidden = [one for one in alerts if silence.covers(one)]
    assert found["total"] == len(alerts)
    assert sum(row["n"] for row in found["rules"]) == len(hidden)
    assert {row["alert_id"] for row in found["examples"]} <= {one["alert_id"] for one in hidden}
    matched = [one for one in alerts if all(matcher.matches(one) for matcher in silence.matchers)]
    assert found["critical"] == len(matched) - len(hidden)


def test_a_forecast_leaves_out_what_is_old_inhibited_or_withdrawn(store: Store) -> None:
    committed(store, decided(1, group=name(1)), at=NOW - HOUR)
    committed(store, decided(2, "inhibited", "x"), decided(3, "duplicate", "x"), decided(4, group=name(4)))
    committed(store, memory=Memory(withdrawn=[Withdrawal(name(4), "It came late.")]))
    found = store.reader().forecast(Silence("s", (Matcher("user_id", "ana"),), NOW), NOW - 1)
    assert found["total"] == 1
    assert [(row["n"], row["shown"]) for row in found["rules"]] == [(1, 0)]
    assert [row["alert_id"] for row in found["examples"]] == [name(3)]
