"""The table of keys that lies in a file does what a dict does."""

from hypothesis import given, settings
from hypothesis import strategies as st

from llmsec_tui.service.scanning.keytable import KeyTable
from llmsec_tui.service.scanning.remembered import Remembered

KEYS = st.integers(1, 2**64 - 1) | st.sampled_from([1, 2, 2**63, 2**64 - 1])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.dictionaries(KEYS, st.integers(0, 2**64 - 1), max_size=40), max_size=12))
def test_it_answers_like_a_dict(batches: list[dict[int, int]]) -> None:
    table, model = KeyTable(), dict[int, int]()
    for batch in batches:
        assert table.update(batch) == len(batch.keys() - model.keys())
        model |= batch
        assert table.found([*batch, 3, 4]) == {key: model[key] for key in (*batch, 3, 4) if key in model}
    assert len(table) == len(model)
    assert table.found(model) == model
    table.close()


def test_it_grows_and_keeps_what_it_has() -> None:
    """Also keys that lie close together, which are spread."""
    table = KeyTable()
    numbers = {key: key * 7 for key in range(1, 30_001)}
    for start in range(1, 30_001, 1_000):
        table.update({key: numbers[key] for key in range(start, start + 1_000)})
    assert table.found(numbers) == numbers
    assert not table.found(range(40_000, 41_000))
    table.close()


def test_conversations_are_remembered_with_their_keys() -> None:
    remembered = Remembered()
    remembered.add({1: "", 2: "stitched-abc", 3: "stitched-abc"})
    remembered.add({2: "stitched-déf", 4: ""})
    assert remembered.known([1, 2, 3, 4, 5]) == {1: "", 2: "stitched-déf", 3: "stitched-abc", 4: ""}
    remembered.close()
