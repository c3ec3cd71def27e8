"""What can be asked about detection as a whole."""

from typing import ClassVar

from msgspec import Struct

from llmsec_tui.service.asks import Query


class Detection(Struct, frozen=True, kw_only=True):
    """How much is judged, and how sure an alert has to be."""

    threshold: float
    """Alerts of scored rules with less confidence are informational."""
    origin: str
    """The file that says so; empty for what is shipped."""
    problem: str
    """Why what is on disk does not hold; empty when all is well."""
    texts: int
    """Distinct texts of users, tools and documents in the 28 days before the newest of them."""
    days: float
    """From the first of these to the last."""
    informational: int
    """Alerts of the last 28 days that were kept as information because too little spoke for them."""


class GetDetection(Query[Detection], frozen=True, kw_only=True, tag="detection.show"):
    capability: ClassVar[str] = "rules.read"
    reply: ClassVar[type] = Detection
