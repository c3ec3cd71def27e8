"""What each rule costs: how much of ordinary text its patterns must be run over, and how large they are.

The strings that a rule cannot do without keep most texts from it for next to nothing; what passes is searched by its
patterns. So cost is counted in work and not in time, on texts that are always the same, and is the same everywhere.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

import polars as pl

from llmsec_tui.detect.engine import prepared
from llmsec_tui.detect.match import patterns
from llmsec_tui.detect.match.judging import Judge
from llmsec_tui.detect.rule import Example, Rule, RuleSet
from llmsec_tui.detect.sigma.examples import to_batch
from llmsec_tui.detect.text.views import ROW, Views
from llmsec_tui.detect.tree import Leaf, Regex
from llmsec_tui.errors import RuleIssue
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.events.model import ContentState, Event, Kind, Role, Trust

MOST_SHARE = 0.25
"""Of ordinary text that a rule's patterns may be run over."""
MOST_COST = 500.0
"""Instructions of patterns over each character of ordinary text."""
_TEXTS = 400
_SENTENCES = 12
_WORDS = """
the of and to in is that for it as was with be by on not this are or from at which but have an had they you were their
one all we can her has there been if more when will would who so no said what up its about into than them only other
time new some could these two may first then do any like my now over such our man me even most made after also did many
off before must well back through years much where your way down should because long each just state those people too
little good world make very year still see own work men day get here old life both between being under three never know
same last another while us might great go come since against right came take used himself few house american use place
during without again home around small however found mrs part school thought went say general once upon every left war
don't does got united number hand course water until always away public something fact less put though think almost
far enough took yet better head government eyes city system user password instructions prompt token tool file data
answer question message account order ticket customer please thanks help email phone address number price invoice model
function return value error request response server client query table column index update delete create list read
write open close start stop config version install package import class method string integer json http https www com
ignore previous secret key print show reveal repeat developer mode rules policy guidelines role play pretend story
"""
_SPEAKERS = (
    (Role.USER, Trust.USER, Kind.MESSAGE),
    (Role.ASSISTANT, Trust.MODEL, Kind.MESSAGE),
    (Role.TOOL, Trust.TOOL, Kind.TOOL_RESULT),
    (Role.ASSISTANT, Trust.MODEL, Kind.TOOL_CALL),
)


@dataclass(frozen=True, slots=True)
class RuleCost:
    """The work that one rule makes."""

    rule: Rule
    share: float
    """Of the characters of ordinary text, how many any of its patterns is run over: from 0 to 1."""
    cost: float
    """Instructions of patterns, as RE2 compiles them, that are run over each character of ordinary text."""


def costs(ruleset: RuleSet) -> list[RuleCost]:
    """The cost of every rule on single events, the dearest first."""
    if not ruleset.rules:
        return []
    batch = _ordinary()
    texts = Views(pl.concat([batch.contents["text"], pl.Series([None], dtype=pl.String)]))
    events = prepared(batch, ruleset)
    suspects = ruleset.finder.suspects(events, texts)
    found = [
        _cost(rule, events, suspects.positions.get(rule.id), _Counting(texts, suspects.found)) for rule in ruleset.rules
    ]
    return sorted(found, key=lambda one: (-one.cost, one.rule.id))


def too_dear(ruleset: RuleSet) -> Iterator[RuleIssue]:
    """The rules that would slow all others down."""
    for one in costs(ruleset):
        if one.share > MOST_SHARE or one.cost > MOST_COST:
            work = f"{one.share:.0%} of ordinary text, {one.cost:,.0f} instructions a character"
            message = f"the patterns of {one.rule.title!r} are run over {work}; ask for a telling string beside them"
            yield RuleIssue(str(one.rule.path), 0, "too-dear", message)


@dataclass(slots=True)
class _Work:
    instructions: int = 0
    """Times characters."""
    texts: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Counting(Judge):
    """Judges as always, and notes how far patterns are run."""

    work: _Work = field(default_factory=_Work)

    def _search(self, leaves: Sequence[Leaf], rows: frozenset[int]) -> frozenset[int]:
        size = sum(
            patterns.compiled(leaf.match.pattern).programsize for leaf in leaves if isinstance(leaf.match, Regex)
        )
        self.work.instructions += size * _length(self.views, rows)
        self.work.texts |= rows
        return Judge._search(self, leaves, rows)


def _cost(rule: Rule, events: pl.DataFrame, positions: pl.Series | None, judge: _Counting) -> RuleCost:
    if positions is not None:
        allowed = judge.allowed(rule.compiled, frozenset(events[ROW].gather(positions)))
        for leaf in rule.compiled.text_leaves:
            judge.holds(rule.compiled, leaf, allowed)
    whole = _length(judge.views, range(len(judge.views.texts) - 1))
    return RuleCost(rule, _length(judge.views, judge.work.texts) / whole, judge.work.instructions / whole)


def _length(texts: Views, rows: Iterable[int]) -> int:
    return int(texts.texts.gather(sorted(rows)).str.len_chars().sum() or 0)


@cache
def _ordinary() -> EventBatch:
    """Texts such as people, models and tools write them, each said by all of them."""
    chance = random.Random(20_261_123)  # noqa: S311 - texts, not secrets
    words = _WORDS.split()
    texts = [" ".join(_sentence(chance, words) for _ in range(_SENTENCES)) for _ in range(_TEXTS)]
    return to_batch([Example(_said(text, speaker), 0) for text in texts for speaker in _SPEAKERS])


def _sentence(chance: random.Random, words: list[str]) -> str:
    # The first words of the list are the commonest, as in any language (Zipf's law).
    said = [words[min(int(chance.paretovariate(0.6)) - 1, len(words) - 1)] for _ in range(chance.randint(6, 22))]
    said.append(chance.choice(("", str(chance.randint(1, 99_999)), f"v{chance.randint(0, 9)}.{chance.randint(0, 99)}")))
    return f"{' '.join(said).strip().capitalize()}{chance.choice('...?!:')}"


def _said(text: str, speaker: tuple[Role, Trust, Kind]) -> Event:
    role, trust, kind = speaker
    return Event(kind=kind, role=role, trust=trust, text=text, content_state=ContentState.PRESENT, tool_name="search")
