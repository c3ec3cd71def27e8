"""What a file was found to be made of."""

from enum import StrEnum


class Framing(StrEnum):
    """How the records of a file follow each other; decided by its first record."""

    UNKNOWN = "unknown"
    LINES = "lines"
    """One record a line."""
    DOCUMENTS = "documents"
    """Records that span lines: pretty-printed, one or many."""
