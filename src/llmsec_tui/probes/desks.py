"""The desks of the made-up shop: how the calls of an application are, hour by hour, and what changes in them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from llmsec_tui.probes.desk_words import ORDERS_PROMPT, RETURNS_PROMPT, WARRANTY_PROMPT

QUIET_HOURS = 36
"""What is pinned as usual: the first hours of all."""
HOURS = 60
"""Of all, before the one in which the log ends."""
SWAPPED = -6
"""The hour in which another model begins to answer; 0 is the hour in which the log ends, -1 the one before."""
CREEPING = -23
"""The hour from which on answers grow."""
_GROWTH = 0.016
_GROWING_FOR = 12
"""Hours; then they stay as they are, a fifth longer than they were: too little for a verdict on any one hour."""
_REWORDED_EVERY = 4


@dataclass(frozen=True, slots=True)
class Manner:
    """How an application's calls are in one hour."""

    model: str
    """That which answers."""
    prompt: str
    sentences: float
    """Of an answer to an ordinary customer, on average."""
    refusals: float = 0.02
    """The share of the questions that are refused."""
    trade: float = 0.15
    """The share of the questions that come from trade customers; they are told more."""


@dataclass(frozen=True, slots=True)
class Desk:
    """An application and how its calls are."""

    app: str
    alias: str
    """The model that is asked for, whichever answers."""
    manner: Callable[[int], Manner]
    """By the hour; see :data:`SWAPPED`."""


_GPT, _CLAUDE = "gpt-4o", "claude-sonnet-4-5"
_ORDERS = Manner("gpt-4o-2024-11-20", ORDERS_PROMPT, sentences=5.0)
_RETURNS = Manner("claude-sonnet-4-5-20250929", RETURNS_PROMPT.format(n=1), sentences=5.0)
_WARRANTY = Manner("gpt-4o-2024-11-20", WARRANTY_PROMPT, sentences=5.0)
SWAPPED_IN = "gpt-4.1-nano-2025-04-14"


def _swapped(hour: int) -> Manner:
    """A gateway passes calls on to a cheaper model and tells nobody."""
    return _ORDERS if hour < SWAPPED else replace(_ORDERS, model=SWAPPED_IN, sentences=2.8, refusals=0.14)


def _creeping(hour: int) -> Manner:
    """A prompt is reworded every few hours; no wording changes much."""
    passed = min(hour - CREEPING + 1, _GROWING_FOR)
    if passed <= 0:
        return _RETURNS
    return replace(
        _RETURNS,
        prompt=RETURNS_PROMPT.format(n=2 + (passed - 1) // _REWORDED_EVERY),
        sentences=_RETURNS.sentences * (1 + _GROWTH) ** passed,
    )


def _more_trade(hour: int) -> Manner:
    """Trade customers discover the desk; each of them is answered as before."""
    return _ORDERS if hour < SWAPPED else replace(_ORDERS, trade=0.6)


def _released(hour: int) -> Manner:
    """A release that was meant to have answers say more."""
    return _RETURNS if hour < SWAPPED else replace(_RETURNS, sentences=6.0)


SWAP = Desk("order-desk", _GPT, _swapped)
CREEP = Desk("returns-desk", _CLAUDE, _creeping)
OTHER_USERS = Desk("club-desk", _GPT, _more_trade)
RELEASE = Desk("repairs-desk", _CLAUDE, _released)
STILL = Desk("warranty-desk", _GPT, lambda _: _WARRANTY)
