"""The states that an incident can be in, and how one can end."""

from enum import StrEnum


class State(StrEnum):
    """Where an incident stands."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    INVESTIGATING = "investigating"
    CONTAINED = "contained"
    RESOLVED = "resolved"
    CLOSED = "closed"
    PENDING = "pending"
    """It waits for somebody outside; its service clocks stand still."""
    MERGED = "merged"
    """Its alerts are in another incident; nothing can be done here but to take that back."""


ACTIVE = frozenset({State.NEW, State.ACKNOWLEDGED, State.INVESTIGATING, State.CONTAINED, State.PENDING})
"""Somebody still has to do something."""
OPEN = ACTIVE | {State.RESOLVED}
"""Not at its end."""


LEVELS = ("informational", "low", "medium", "high", "critical")
"""How bad it is, rising; as the levels of alerts."""


class Disposition(StrEnum):
    """What an incident turned out to be."""

    TRUE_POSITIVE = "true_positive"
    BENIGN_TRUE_POSITIVE = "benign_true_positive"
    """The rule is right about what happened, and it was allowed."""
    FALSE_POSITIVE = "false_positive"
    DUPLICATE = "duplicate"
    TEST = "test"
    NOT_EVALUABLE = "not_evaluable"
    """What there is to see does not suffice to say."""


class TaskState(StrEnum):
    """How a step of a playbook is doing."""

    OPEN = "open"
    DONE = "done"
    WAIVED = "waived"
    """Left out, with a reason."""


class RunState(StrEnum):
    """How a remediation ended, or that it has not."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    LOST = "lost"
    """The collector ended while it ran: nobody knows what came of it."""
