"""An explanation as a person reads it in a shell."""

import io

from llmsec_tui.cli.explaining import write_tree
from llmsec_tui.service.rules.explain_api import Explained, ExplainedStep


def tree(*steps: tuple[int, str, bool | None, str], title: str = "A rule") -> list[str]:
    out = io.StringIO()
    write_tree(
        Explained(
            rule_id="r",
            title=title,
            kind="event",
            event_id="e1",
            ts=None,
            answer="clean",
            steps=[ExplainedStep(depth=depth, what=what, holds=holds, why=why) for depth, what, holds, why in steps],
            notes=[],
        ),
        out,
    )
    return out.getvalue().splitlines()


def test_every_node_has_its_mark_its_depth_and_its_cause_in_one_column() -> None:
    assert tree((0, "and", False, ""), (1, "a: x", True, "it is 1"), (1, "b: yy", None, "unseen")) == [
        "CLEAN: A rule on event e1, without a time",
        "✗ and",
        "  ✓ a: x   it is 1",
        "  ? b: yy  unseen",
    ]


def test_a_long_pattern_is_cut_and_its_cause_stands_below_it() -> None:
    lines = tree((0, "text matches /" + "x" * 500 + "/", False, "it is not in the text"))
    assert len(lines[1]) == 160
    assert lines[1].endswith("…")
    assert lines[2] == "    it is not in the text"


def test_nothing_of_an_event_reaches_the_terminal_as_it_is() -> None:
    lines = tree((0, "a\x1b[31m", True, 'it is "\x07\u202e"'), title="bad\x1b]0;title\x07")
    assert all(line.isprintable() for line in lines)
    assert "␛[31m" in lines[1]
