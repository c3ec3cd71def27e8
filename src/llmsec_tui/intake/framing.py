"""What a file was found to be made of."""

from enum import StrEnum


class Framing(StrEnum):
    """How the records of a file follow each other; decided by its first record."""

    UNKNOWN = "unknown"
    LINES = "lines"
    """One record a line."""
    DOCUMENTS = "documents"
    """Records that span lines: pretty-printed, one or many."""
    ITEMS = "items"
    """Reading is inside of an array whose items are the records. After the array it is unknown again."""
    RETURNS = "returns"
    """As lines, but they end with a carriage return alone."""
    EVENTS = "events"
    """Server-sent events: the records stand behind ``data:``."""
