"""What comes with calls beside models and prompts is noted when it is first seen, as a change on the charts."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.service.behaviour.parts import HOUR, START, measured, span, take_in, write

from llmsec_tui.service.behaviour.rolling import Rolling
from llmsec_tui.store import behaviour
from llmsec_tui.store.sight import Sight
from llmsec_tui.store.store import Store

BEGIN = START * 1_000_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty one."""
    made = Store.open(tmp_path / "store.duckdb")
    yield made
    made.close()


def tools(*names: str) -> str:
    return json.dumps([{"type": "function", "name": name, "description": f"Does {name}."} for name in names])


CALLS = [
    span(0, 1, **{"gen_ai.tool.definitions": tools("look")}, **{"openai.response.system_fingerprint": "fp_1"}),
    span(1, 2, **{"gen_ai.tool.definitions": tools("look")}, **{"openai.response.system_fingerprint": "fp_1"}),
    span(2, 3, **{"gen_ai.tool.definitions": tools("look", "pay")}, **{"tenant.id": "acme"}),
    span(3, 4, **{"gen_ai.openai.response.system_fingerprint": "fp_2"}),
    span(4, 5, **{"gen_ai.guardrail.name": "pii-filter", "gen_ai.operation.name": "run_guardrail"}),
]


def seen(store: Store, sight: Sight | None = None) -> list[tuple[str, int, str]]:
    reader = store.reader() if sight is None else store.reader().within(sight)
    found = sorted(reader.first_seen(), key=lambda row: (row["first_at"], row["kind"]))
    return [(row["kind"], (row["first_at"] - BEGIN) // HOUR, row["value"]) for row in found]


def test_each_is_noted_once_with_its_time(tmp_path: Path, store: Store) -> None:
    measured(store, tmp_path, CALLS)
    found = seen(store)
    assert [one[:2] for one in found] == [
        *(("fingerprint", 0), ("tools", 0)),
        *(("tools", 2), ("fingerprint", 3), ("guardrail", 4)),
    ]
    assert [value for kind, _, value in found if kind != "tools"] == ["fp_1", "fp_2", "pii-filter"]
    assert all(len(value) == 12 for kind, _, value in found if kind == "tools")


def test_what_comes_again_later_is_not_new(tmp_path: Path, store: Store) -> None:
    rolling = measured(store, tmp_path, CALLS[:2])
    take_in(store, write(tmp_path / "later.jsonl", [span(9, 9, **{"openai.response.system_fingerprint": "fp_1"})]))
    rolling.run()
    assert [one[:2] for one in seen(store)] == [("fingerprint", 0), ("tools", 0)]


def test_a_scope_has_only_its_own(tmp_path: Path, store: Store) -> None:
    measured(store, tmp_path, CALLS)
    assert seen(store, Sight(apps=("shop",))) == []
    assert [one[0] for one in seen(store, Sight(tenants=("acme",)))] == ["tools"]
    assert seen(store, Sight(apps=("desk",))) == seen(store)


def test_a_log_that_makes_them_up_does_not_fill_the_store(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(behaviour, "MOST_FIRST_SEEN", 7)
    made_up = [span(0, n, **{"openai.response.system_fingerprint": f"fp_{n}" + "x" * 90}) for n in range(1, 30)]
    take_in(store, write(tmp_path / "log.jsonl", made_up))
    Rolling(store).run()
    assert len(seen(store)) == 7
    assert {len(value) for _, _, value in seen(store)} == {80}
