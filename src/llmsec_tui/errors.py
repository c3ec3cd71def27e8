"""What can go wrong, as few kinds as a user can act on.

LlmsecError
├── SourceError       a path, file or line that cannot be read
├── FormatError       a record that no format can map
├── RuleError         rules that do not load; carries every issue found, with its place
├── StoreError        the DuckDB store cannot be opened, migrated or written
│   └── StoreLocked   another collector owns it
├── ConfigError       a setting, option or role file that makes no sense
├── AccessRefused     the actor lacks the capability
│   ├── LoginNeeded       nobody is logged in here
│   ├── SessionLocked     somebody is, and did nothing for a while or locked it
│   ├── StepUpNeeded      the act takes the password again
│   └── ApprovalNeeded    the act takes a second person
└── ServiceError      the collector did not do what was asked
    ├── CollectorGone     nobody answers on the socket
    ├── DeadlineExceeded  no answer in time
    ├── NotFound          there is no such alert, event or source
    └── StaleVersion      somebody changed the thing since it was read
"""

from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes that scripts depend on."""

    FINE = 0
    FINDINGS = 1
    USAGE = 2
    BAD_INPUT = 3
    REFUSED = 4


class LlmsecError(Exception):
    """Base of all errors that reach a user: one sentence, and what to do next."""

    exit_code = ExitCode.BAD_INPUT

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class SourceError(LlmsecError):
    """A path, file or line cannot be read."""


class FormatError(LlmsecError):
    """A record cannot be mapped; the record becomes a dead letter."""


@dataclass(frozen=True, slots=True)
class RuleIssue:
    """One thing wrong with one rule file."""

    path: str
    line: int
    """1-based; 0 when the place is unknown."""
    code: str
    message: str
    column: int = 0
    """1-based, in characters; 0 when the place is unknown."""

    def __str__(self) -> str:
        column = f":{self.column}" if self.column else ""
        return f"{self.path}:{self.line}{column}: {self.code}: {self.message}"


class RuleError(LlmsecError):
    """Rules do not load. All issues are reported at once."""

    def __init__(self, issues: list[RuleIssue]) -> None:
        self.issues = issues
        count = f"{len(issues)} problem" + ("s" if len(issues) != 1 else "")
        super().__init__(f"{count} in the rules:\n" + "\n".join(str(issue) for issue in issues))


class StoreError(LlmsecError):
    """The store cannot be opened, migrated or written."""


class StoreLocked(StoreError):
    """Another process owns the store."""


class ConfigError(LlmsecError):
    """A setting, option or file of ours makes no sense."""


class AccessRefused(LlmsecError):
    """The actor lacks the capability that the act requires."""

    exit_code = ExitCode.REFUSED


class LoginNeeded(AccessRefused):
    """Nobody is logged in on this connection, or the login has ended."""


class SessionLocked(AccessRefused):
    """The login stands, but its session is locked; giving the password again opens it."""


class StepUpNeeded(AccessRefused):
    """The act takes the password again; it is carried out when it is sent again after that."""


class ApprovalNeeded(AccessRefused):
    """The act takes a second person; it is carried out when it is sent again after somebody else approved it."""


class ServiceError(LlmsecError):
    """The collector did not do what was asked."""


class CollectorGone(ServiceError):
    """Nobody answers on the socket."""


class DeadlineExceeded(ServiceError):
    """No answer within the deadline; the act may or may not have happened (repeat it with the same id)."""


class NotFound(ServiceError):
    """There is no such thing in the store."""


class StaleVersion(ServiceError):
    """The thing changed since it was read; the message says what changed and by whom."""
