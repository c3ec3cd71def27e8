"""Where somebody's login is kept between two commands: a file of their own for each socket."""

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from llmsec_tui.errors import ConfigError
from llmsec_tui.paths import Home

_OWN = 0o600
_MOST_BYTES = 1_024


@dataclass(frozen=True, slots=True)
class TokenFile:
    """The token of a session, which opens it for the same user of the system and nobody else."""

    path: Path

    @classmethod
    def of(cls, home: Home) -> "TokenFile":
        """That of the collector of ``home``: in it where it is ours, else in our own state directory."""
        root = home.root if _is_ours(home.root) else _own_state()
        socket = os.fsencode(home.socket.resolve())
        return cls(root / "sessions" / sha256(socket).hexdigest()[:32])

    def read(self) -> str:
        """The token; empty without one. Raises ConfigError when others can read or have written it."""
        try:
            fd = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise self._unusable(f"cannot be read: {error.strerror}") from error
        try:
            found = os.fstat(fd)
            if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & ~_OWN or not stat.S_ISREG(found.st_mode):
                raise self._unusable("is not ours alone")
            return os.read(fd, _MOST_BYTES).decode("ascii", "replace").strip()
        finally:
            os.close(fd)

    def keep(self, token: str) -> None:
        """Put a token in the place of the one before. Raises ConfigError."""
        temporary = self.path.with_name(f".{self.path.name}-{os.getpid()}")
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, _OWN)
            try:
                os.write(fd, token.encode("ascii"))
            finally:
                os.close(fd)
            temporary.replace(self.path)
        except OSError as error:
            # Why it could not be written is what people want to know, and not that there is nothing to take away.
            with suppress(OSError):
                temporary.unlink()
            raise self._unusable(f"cannot be written: {error.strerror}") from error

    def drop(self) -> None:
        """Forget the token."""
        self.path.unlink(missing_ok=True)

    def _unusable(self, why: str) -> ConfigError:
        return ConfigError(f"The login kept in {self.path} {why}.", hint=f"Run: rm -f {self.path}; then log in again.")


def _is_ours(folder: Path) -> bool:
    try:
        return folder.stat().st_uid == os.geteuid()
    except OSError:
        return False


def _own_state() -> Path:
    from platformdirs import user_state_path

    return user_state_path("llmsec-tui")
