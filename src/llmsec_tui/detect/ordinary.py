"""Texts such as people, models and tools write them, always the same: to measure rules on, and to get them going."""

import random
from functools import cache

from llmsec_tui.detect.rule import Example
from llmsec_tui.detect.sigma.examples import to_batch
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.events.model import ContentState, Event, Kind, Role, Trust

_TEXTS = 400
A_FEW = 20
"""Texts that are enough to get rules going."""
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


@cache
def ordinary(count: int = _TEXTS) -> EventBatch:
    """So many texts such as people, models and tools write them, each said by all of them."""
    chance = random.Random(20_261_123)  # noqa: S311 - texts, not secrets
    words = _WORDS.split()
    texts = [" ".join(_sentence(chance, words) for _ in range(_SENTENCES)) for _ in range(count)]
    return to_batch([Example(_said(text, speaker), 0) for text in texts for speaker in _SPEAKERS])


def _sentence(chance: random.Random, words: list[str]) -> str:
    # The first words of the list are the commonest, as in any language (Zipf's law).
    said = [words[min(int(chance.paretovariate(0.6)) - 1, len(words) - 1)] for _ in range(chance.randint(6, 22))]
    said.append(chance.choice(("", str(chance.randint(1, 99_999)), f"v{chance.randint(0, 9)}.{chance.randint(0, 99)}")))
    return f"{' '.join(said).strip().capitalize()}{chance.choice('...?!:')}"


def _said(text: str, speaker: tuple[Role, Trust, Kind]) -> Event:
    role, trust, kind = speaker
    return Event(kind=kind, role=role, trust=trust, text=text, content_state=ContentState.PRESENT, tool_name="search")
