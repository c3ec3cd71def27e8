"""The append-only journal of every act."""

from llmsec_tui.audit.journal import Journal
from llmsec_tui.audit.record import Act, Recorded, Result
from llmsec_tui.audit.verify import Finding, Verdict, verify

__all__ = ["Act", "Finding", "Journal", "Recorded", "Result", "Verdict", "verify"]
