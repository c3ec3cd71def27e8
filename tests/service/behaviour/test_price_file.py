"""The file of prices: read strictly, all that is wrong told at once with its place."""

from pathlib import Path

import pytest

from llmsec_tui.detect.signals.prices import price
from llmsec_tui.service.behaviour.price_file import PriceError, load


def of(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "prices.yml"
    file.write_text(text)
    return file


def test_what_is_shipped_is_read_as_strictly() -> None:
    shipped = load()
    assert len(shipped.families) > 20
    assert shipped.budgets == {}
    assert shipped.as_of
    assert shipped.of("claude-opus-4-5-20251101") == shipped.of("anthropic/claude-opus-4-5")
    assert price("gpt-4o-mini-2024") == shipped.of("GPT-4o-mini")


def test_a_file_that_says_nothing_changes_nothing(tmp_path: Path) -> None:
    assert load(of(tmp_path, "# nothing yet\n")).families == load(tmp_path / "none.yml").families == load().families


def test_own_models_come_before_shipped_ones(tmp_path: Path) -> None:
    prices = load(
        of(tmp_path, 'models: [{name: [Claude, opus], input: 1, output: 2, cached: 0.5}]\nas_of: "2026-11"\n')
    )
    opus, mini = prices.of("claude-opus-4-5"), prices.of("gpt-4o-mini")
    assert opus is not None
    assert (opus.input, opus.cache_read) == (1, 0.5)
    assert mini is not None
    assert mini.cache_read == pytest.approx(0.015)
    assert (prices.as_of, prices.own, prices.of("unheard-of")) == ("2026-11", 1, None)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("models: [{name: a, input: 1}]", "'output' is missing"),
        ("models: [{name: a, input: -1, output: 1}]", "'input' is a number from 0"),
        ("models: [{name: a, input: .nan, output: 1}]", "'input' is a number from 0"),
        ("models: [{name: '', input: 1, output: 1}]", "'name' is empty"),
        ("models: [{name: [], input: 1, output: 1}]", "'name' is empty"),
        ("models: [{name: a, inptu: 1, output: 1}]", "did you mean 'input'?"),
        ("models: {a: 1}", "'models' is a list"),
        ("models: [3]", "each of 'models' is a mapping"),
        ("budgets: {app: {shop: much}}", "'shop' is a number"),
        ("budgets: {apps: {shop: 1}}", "did you mean 'app'?"),
        ("budgets: {app: 3}", "'app' is a mapping"),
        ("- 1", "prices.yml"),
        ("as_of: x\n---\nas_of: y", "there is another document"),
        ("models: [", "prices.yml"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, wrong: str) -> None:
    with pytest.raises(PriceError) as refused:
        load(of(tmp_path, text))
    assert wrong in refused.value.message
