"""Print every scenario, whether its attack was found and whether its benign twin was left alone.

``python -m tests.scenarios.table [FAMILY[/NAME] …]``; ends with exit code 1 when anything is not as it should be.
"""

import sys
from collections.abc import Iterable, Sequence

from tests.scenarios.pairs import Outcome, judged, pairs, surveyed

from llmsec_tui.detect.ruleset import load
from llmsec_tui.paths import shipped


def table(outcomes: Iterable[Outcome]) -> Iterable[str]:
    """The rows of a Markdown table, and under each what is wrong with it."""
    yield "| scenario | format | rules | attack found | twin clean |"
    yield "|---|---|---|---|---|"
    for outcome in outcomes:
        pair = outcome.pair
        found, clean = ("no" if wrong else "yes" for wrong in (outcome.missed, outcome.false))
        yield f"| {pair} | {surveyed(pair.attack).format} | {', '.join(pair.rules)} | {found} | {clean} |"
        yield from (f"    missed: {name}" for name in outcome.missed)
        yield from (f"    false: {told}" for told in outcome.false)


def main(wanted: Sequence[str]) -> int:
    ruleset = load([shipped("rules")])
    chosen = [pair for pair in pairs() if not wanted or pair.family in wanted or str(pair) in wanted]
    outcomes = [judged(pair, ruleset) for pair in chosen]
    for row in table(outcomes):
        print(row)
    right = sum(outcome.right for outcome in outcomes)
    formats = {surveyed(pair.attack).format for pair in chosen}
    print(f"{right} of {len(outcomes)} pairs come out right; {len(formats)} formats", file=sys.stderr)
    return int(right < len(outcomes))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
