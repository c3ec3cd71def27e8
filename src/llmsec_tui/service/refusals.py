"""Errors on their way through the socket: out as a name and two sentences, in as the same kind of error."""

from llmsec_tui import errors
from llmsec_tui.errors import LlmsecError, RuleError, ServiceError
from llmsec_tui.service.api import Refusal


def error_of(refusal: Refusal) -> LlmsecError:
    """The error that a refusal names; ``ServiceError`` for a name that this version does not know."""
    kind = getattr(errors, refusal.kind, None)
    if isinstance(kind, type) and issubclass(kind, LlmsecError) and kind is not RuleError:
        return kind(refusal.message, hint=refusal.hint)
    return ServiceError(refusal.message, hint=refusal.hint)


def refusal_of(error: LlmsecError) -> Refusal:
    """How an error travels."""
    named = next(kind for kind in type(error).__mro__ if kind.__module__ == errors.__name__)
    return Refusal(kind=named.__name__, message=error.message, hint=error.hint)
