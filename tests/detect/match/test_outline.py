"""What a condition asks of texts alone is asked as a whole, and makes no difference to what is hit."""

from itertools import product

import pytest
from tests.detect.parts import hit, ruleset, said

from llmsec_tui.detect.match.outline import Joined, OfText, Opposite, Settled
from llmsec_tui.events.model import Trust

SELECTIONS = {
    "first": {"text|contains": "harbour"},
    "second": {"text|re": r"led\w+r"},
    "by_user": {"trust": "user"},
    "by_bash": {"tool_name": "bash"},
}
CONDITIONS = [
    "first and by_user",
    "first and second and by_user",
    "(first or second) and not by_user",
    "first or by_user",
    "(first and by_user) or (second and by_bash)",
    "by_user and not (first and second)",
    "not (first and by_user)",
    "by_user and (second or (by_bash and not first))",
    "first and (second or by_bash)",
    "not first",
]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_conditions_hit_what_they_say_for_every_truth_of_their_parts(condition: str) -> None:
    truths = list(product((True, False), repeat=len(SELECTIONS)))
    events = [
        said(
            " ".join(("x", *(word for word, there in (("harbour", first), ("ledger", second)) if there))),
            Trust.USER if by_user else Trust.TOOL,
            tool_name="bash" if by_bash else "sh",
        )
        for first, second, by_user, by_bash in truths
    ]
    rules = ruleset({name: one for name, one in SELECTIONS.items() if name in condition} | {"condition": condition})
    meant = [bool(eval(condition, {}, dict(zip(SELECTIONS, truth, strict=True)))) for truth in truths]
    assert hit(rules, *events) == [at for at, is_hit in enumerate(meant) if is_hit]


def test_what_every_hit_needs_of_the_text_is_settled_and_the_rest_is_asked() -> None:
    [one] = ruleset({**SELECTIONS, "condition": "first and by_user and not (second and by_bash)"}).rules
    outline = one.compiled.outline
    assert isinstance(outline.whole, Joined)
    assert sum(isinstance(part, Settled) for part in outline.whole.parts) == 1
    [opposite] = [part for part in outline.whole.parts if isinstance(part, Opposite)]
    assert isinstance(opposite.part, Joined)
    assert [part.number for part in opposite.part.parts if isinstance(part, OfText)] == [0]
    assert len(outline.of_text) == 1
