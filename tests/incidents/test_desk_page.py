"""The page about the desk says what the desk does."""

from pathlib import Path

import pytest

from llmsec_tui.incidents import policy_file, policy_remedies
from llmsec_tui.incidents.acts import ACTS
from llmsec_tui.incidents.placeholders import FIELDS
from llmsec_tui.incidents.policy_file import load
from llmsec_tui.incidents.states import LEVELS, Disposition

PAGE = (Path(__file__).parent.parent.parent / "docs" / "desk.md").read_text(encoding="utf-8")
TABLE = [line for line in PAGE.splitlines() if line.startswith("| ")]


@pytest.mark.parametrize("name", ACTS)
def test_every_act_is_in_the_table_with_its_capability(name: str) -> None:
    """And with whether only the owner may do it."""
    [row] = [line for line in TABLE if f"`{name}`" in line.split("|")[1]]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    act = ACTS[name]
    assert cells[4] == f"`{act.capability}`"
    assert (cells[5] == "yes") is act.owners_only
    assert cells[2] == ("where it was" if act.back else "" if act.to is None else act.to.value)


def test_every_key_of_the_policy_is_explained() -> None:
    """With all that remedies can fill in and channels can be."""
    keys = [*policy_file.SECTIONS, *policy_file.KEYS, *policy_remedies.KINDS, *FIELDS, *Disposition]
    keys += ["levels", "confidence", "correlation_levels", "risk", "half_life", "weights", "by", "quiet", "most_alerts"]
    keys += ["common", "hold_acknowledged", "name", "title", "within", "tags", "command", "rehearsal", "url", "method"]
    keys += ["headers", "timeout", "kind", "target", "channels", "about", "begins", "ends", "zone", "days", "level"]
    assert [key for key in keys if f"`{key}`" not in PAGE and f"`{{{key}}}`" not in PAGE] == []


def test_the_shipped_values_on_the_page_are_those_that_are_shipped() -> None:
    """Times by level, and how much at once."""
    policy = load()
    units = (("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000))

    def written(span: int | None) -> str:
        return "none" if span is None else next(f"{span // unit}{mark}" for mark, unit in units if span % unit == 0)

    for level in LEVELS:
        times = policy.times[level]
        spans = (times.acknowledge, times.contain, times.resolve, times.hold_acknowledged)
        assert f"| {level} | {' | '.join(map(written, spans))} |" in PAGE
    assert ", ".join(f"{role} {number}" for role, number in policy.bulk.items()) in PAGE
    assert all(f"`{duty.name}`" in PAGE for duty in policy.duties)
