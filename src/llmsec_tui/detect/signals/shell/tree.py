"""A command line after reading: pipelines of commands, with what runs inside of their words."""

from dataclasses import dataclass, field

Pipeline = tuple["Command", ...]
Script = tuple[Pipeline, ...]


@dataclass(slots=True)
class Command:
    """One simple command or group. It grows while it is read, and is not changed afterwards."""

    words: list[str] = field(default_factory=list)
    """Without quotes, redirections and assignments; what a shell would fill in stands as ``$()`` or ``$NAME``."""
    redirects: list[tuple[str, str]] = field(default_factory=list)
    """Operator and target: ``(">", "out.txt")``."""
    assigned: list[tuple[str, str]] = field(default_factory=list)
    inner: list[Script] = field(default_factory=list)
    """What runs to fill in its words: ``$(…)``, backticks, ``<(…)``."""
    groups: list[Script] = field(default_factory=list)
    """What a group or compound command runs: ``( … )``, ``{ … }``, ``if``, ``for``."""
    stdin: list[str] = field(default_factory=list)
    """Here-documents and here-strings."""
    background: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.words or self.redirects or self.assigned or self.inner or self.groups)
