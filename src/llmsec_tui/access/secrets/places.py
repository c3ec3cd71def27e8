"""What a place for secrets is, and what can be wrong with one."""

from typing import Protocol

from llmsec_tui.errors import ConfigError

SERVICE = "llmsec-tui"
"""The name under which secrets are kept in places that others use too."""


class SecretsUnavailable(ConfigError):
    """A place for secrets cannot be used now; says why, and never what is in it."""


class SecretsLocked(SecretsUnavailable):
    """Somebody has to unlock it first."""


class SecretStore(Protocol):
    """A place for secrets. Every call ends within a few seconds, and none of them asks anybody anything."""

    @property
    def place(self) -> str:
        """One word for it, which is written down beside what is kept there."""
        ...

    def get(self, name: str) -> bytes | None:
        """The secret; None when there is none of that name. Raises SecretsUnavailable."""
        ...

    def set(self, name: str, value: bytes) -> None:
        """Keep it, in place of another of that name. Raises SecretsUnavailable; then nothing is kept."""
        ...

    def delete(self, name: str) -> None:
        """Forget it; nothing happens when there is none. Raises SecretsUnavailable."""
        ...

    def describe(self) -> str:
        """Which one it is, for people."""
        ...
