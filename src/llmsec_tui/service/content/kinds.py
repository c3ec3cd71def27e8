"""What a text in a reply is, which decides who sees it."""

from collections.abc import Mapping
from enum import Enum, auto


class Kind(Enum):
    """What is in a field."""

    PLAIN = auto()
    """Names, states and sentences of ours; everybody sees it."""
    TEXT = auto()
    """What people and models wrote, or a part of it."""
    NOTE = auto()
    """What those who work here wrote; they may have quoted the log."""
    FILLED = auto()
    """Words of ours with values out of the log in them."""
    USER = auto()
    """Who used a watched application."""
    KEY = auto()
    """A key of incidents, such as ``user:shop|alice``."""
    GROUP = auto()
    """The group of a rule over time: a JSON object by the names of event fields."""
    OWN = auto()
    """Other fields say what is in it: ``special.py`` shows it, or whoever made it has."""


Declared = Mapping[str, Kind]
"""The fields of a struct that hold text, each with what it is."""


def declared(
    plain: str = "",
    *,
    text: str = "",
    note: str = "",
    filled: str = "",
    user: str = "",
    special: Declared | None = None,
) -> Declared:
    """Fields by their names, separated by spaces."""
    named = ((plain, Kind.PLAIN), (text, Kind.TEXT), (note, Kind.NOTE), (filled, Kind.FILLED), (user, Kind.USER))
    return {name: kind for names, kind in named for name in names.split()} | dict(special or {})
