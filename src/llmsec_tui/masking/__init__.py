"""Find personal data and secrets in text, and put marks in their place. Pure: no files, no roles, no clock."""

from llmsec_tui.masking.finding import Span, find
from llmsec_tui.masking.redacting import Redacted, redact, redacted

__all__ = ["Redacted", "Span", "find", "redact", "redacted"]
