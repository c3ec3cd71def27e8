"""Run commands as other users of the system, by number: no account is made for them."""

import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import llmsec_tui

_SOURCES = Path(llmsec_tui.__file__).parent.parent
_NEEDED = [Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve(), _SOURCES.resolve()]


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who is neither root nor whoever runs the tests."""

    uid: int
    groups: tuple[int, ...] = ()
    """The first is the primary one; without any, their own."""

    def own(self, path: Path, mode: int) -> Path:
        """Give them a file or folder."""
        os.chown(path, self.uid, self._groups[0])
        path.chmod(mode)
        return path

    def command(self, *command: str) -> list[str]:
        """The same as this user, with nothing of root left."""
        groups = ",".join(map(str, self._groups))
        changed = ["setpriv", f"--reuid={self.uid}", f"--regid={self._groups[0]}", f"--groups={groups}", "--", *command]
        return [*_with_python_in_reach(), *changed]

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run it to its end."""
        return subprocess.run(
            self.command(*command),
            capture_output=True,
            text=True,
            check=False,
            env=environment(),
            stdin=subprocess.DEVNULL,
        )

    def llmsec(self, home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of ours."""
        return self.run(sys.executable, "-m", "llmsec_tui", "--home", str(home), *arguments)

    @property
    def _groups(self) -> tuple[int, ...]:
        return self.groups or (self.uid,)


def environment() -> dict[str, str]:
    """Little of that of whoever runs the tests."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "PYTHON_KEYRING_BACKEND") if name in os.environ}
    return {**kept, "PYTHONPATH": str(_SOURCES), "HOME": "/nonexistent"}


def _with_python_in_reach() -> list[str]:
    """Where Python is in a folder that others may not enter, such as root's, these commands see it elsewhere opened.

    That is a mount namespace of their own; nothing changes for anybody else, and it ends with them.
    """
    closed: dict[Path, list[Path]] = {}
    for needed in _NEEDED:
        for folder in reversed(needed.parents):
            if not folder.stat().st_mode & 0o001:
                closed.setdefault(folder, []).append(needed)
                break
    if not closed:
        return []
    lines = ["set -e", "mount --make-rprivate /"]
    for folder, inside in closed.items():
        opened = [shlex.quote(str(path)) for path in inside]
        # What is bound to a descriptor stays in reach when the folder above it is covered.
        lines += [f"exec {number}<{path}" for number, path in enumerate(opened, 3)]
        lines.append(f"mount -t tmpfs -o mode=755 none {shlex.quote(str(folder))}")
        for number, path in enumerate(opened, 3):
            lines += [
                f"mkdir -p {path}",
                f"mount --no-canonicalize --bind /proc/self/fd/{number} {path}",
                f"exec {number}<&-",
            ]
    return ["unshare", "--mount", "sh", "-c", "\n".join([*lines, 'exec "$@"']), "sh"]
