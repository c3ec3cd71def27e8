"""Keys are known for ever, though only some are in memory."""

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from llmsec_tui.store.seen import SeenKeys

EVERY = [*range(40), 2**64 - 1]
keys = st.dictionaries(st.sampled_from(EVERY), st.sampled_from(["", "c1", "c2"]), max_size=20)


@settings(max_examples=30, deadline=None)
@given(st.lists(keys, max_size=8), st.integers(1, 50))
def test_a_bounded_memory_answers_as_a_dict_would(batches: list[dict[int, str]], most: int) -> None:
    """Whatever it holds, before and after a restart, and with no key twice in the table."""
    connection = duckdb.connect(":memory:")
    connection.execute("ATTACH ':memory:' AS store; USE store")
    connection.execute("CREATE TABLE seen_keys (key UBIGINT, conversation_id VARCHAR)")
    model: dict[int, str] = {}
    answers = []
    seen = SeenKeys(connection, most)
    for batch in batches:
        seen.write(batch)
        seen.remember(batch)
        model |= batch
        answers.append((seen.known(EVERY), dict(model)))
    answers.append((SeenKeys(connection, most).known(EVERY), model))
    [(count,)] = connection.execute("SELECT count(*) FROM seen_keys").fetchall()
    connection.close()
    assert all(known == expected for known, expected in answers)
    assert count == len(model)
