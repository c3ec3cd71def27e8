"""One thing that the doctor looked at."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """What it is like, and how to mend it."""

    check: str
    verdict: Literal["ok", "note", "wrong"]
    what: str
    mend: str = ""
