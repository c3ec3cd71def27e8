"""Unix sockets at paths of any length.

The kernel takes at most 108 bytes for a socket's address. The directory is opened and the socket is reached through
``/proc/self/fd``, so only the file's own name has to be short.
"""

import errno
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from llmsec_tui.errors import CollectorGone, ConfigError, ServiceError

_ADDRESS_BYTES = 107
_NOBODY = (errno.ENOENT, errno.ECONNREFUSED, errno.ENOTDIR)
_BACKLOG = 128
_RETRY_S = 0.01


def connect(path: Path, timeout_s: float) -> socket.socket:
    """A connected non-blocking socket; raises ``CollectorGone`` when nobody listens there."""
    end = time.monotonic() + timeout_s
    while True:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            with _address(path) as address:
                sock.connect(address)
        except BlockingIOError:
            # The listener's queue is full; the kernel has no way to wait for a place in it without blocking.
            sock.close()
            if time.monotonic() > end:
                raise CollectorGone(f"The collector at {path} takes no more connections.") from None
            time.sleep(_RETRY_S)
        except OSError as error:
            sock.close()
            raise _refusal(path, error) from error
        else:
            return sock


@contextmanager
def listening(path: Path, mode: int) -> Iterator[socket.socket]:
    """A listening socket with these permissions; a dead one at the same path is replaced in one step.

    The file is removed at the end unless somebody else put theirs in its place.
    """
    temporary = path.with_name(f".sock-{os.getpid()}")
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        temporary.unlink(missing_ok=True)
        with _address(temporary) as address:
            sock.bind(address)
        temporary.chmod(mode)
        # Nobody can connect before this, so nobody connects while the mode is still the process's default.
        sock.listen(_BACKLOG)
        sock.setblocking(False)
        inode = temporary.stat().st_ino
        temporary.replace(path)
    except OSError as error:
        sock.close()
        temporary.unlink(missing_ok=True)
        raise ConfigError(f"The socket {path} cannot be made: {error.strerror}.") from error
    try:
        yield sock
    finally:
        sock.close()
        if path.exists() and path.stat().st_ino == inode:
            path.unlink()


@contextmanager
def signpost(path: Path, to: Path) -> Iterator[None]:
    """A link at ``path``, where consoles look, to a socket elsewhere."""
    temporary = path.with_name(f".link-{os.getpid()}")
    try:
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(to.absolute())
        temporary.replace(path)
    except OSError as error:
        raise ConfigError(f"The link {path} to the socket cannot be made: {error.strerror}.") from error
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def _address(path: Path) -> Iterator[str]:
    if len(os.fsencode(path)) <= _ADDRESS_BYTES:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        short = f"/proc/self/fd/{folder}/{path.name}"
        if len(os.fsencode(short)) > _ADDRESS_BYTES:
            raise ConfigError(f"The socket's name {path.name} is too long.", hint="Use at most 80 bytes.")
        yield short
    finally:
        os.close(folder)


def _refusal(path: Path, error: OSError) -> ServiceError:
    if error.errno in _NOBODY:
        return CollectorGone(f"No collector answers at {path}.", hint="Start one: llmsec-tui collect PATH")
    return ServiceError(f"The collector at {path} cannot be reached: {error.strerror}.")
