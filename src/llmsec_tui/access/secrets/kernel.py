"""The kernel's own keyring of one user: memory that no file holds and that a restart of the machine empties.

Its place here is that of a cache. Any process of the same user can read it, as it could read our memory.
"""

import ctypes
import errno
import os
import platform

from llmsec_tui.access.secrets.places import SERVICE, SecretsUnavailable

_CALLS = {"x86_64": (248, 250), "aarch64": (217, 219), "riscv64": (217, 219)}
"""Numbers of add_key and keyctl, from the kernel's tables of system calls."""
_USER_KEYRING, _THREAD_KEYRING = -4, -1
_LINK, _UNLINK, _SEARCH, _READ = 8, 9, 10, 11
_TYPE = b"user"
_MOST_BYTES = 32_767
_GONE = (errno.ENOKEY, errno.EKEYEXPIRED, errno.EKEYREVOKED)


class KernelKeyring:
    """A :class:`~llmsec_tui.access.secrets.places.SecretStore` until the machine restarts."""

    place = "kernel"

    def get(self, name: str) -> bytes | None:
        key = self._id(name)
        if key is None:
            return None
        buffer = ctypes.create_string_buffer(_MOST_BYTES)
        size = _keyctl(_READ, key, buffer, _MOST_BYTES)
        value = buffer.raw[:size]
        ctypes.memset(buffer, 0, _MOST_BYTES)
        return value

    def set(self, name: str, value: bytes) -> None:
        _possess()
        add_key, _ = _numbers()
        _call(add_key, _TYPE, _described(name), value, ctypes.c_size_t(len(value)), _USER_KEYRING)

    def delete(self, name: str) -> None:
        if (key := self._id(name)) is not None:
            _keyctl(_UNLINK, key, _USER_KEYRING)

    def describe(self) -> str:
        """Raises SecretsUnavailable where the system has none or forbids it, as many containers do."""
        self._id("")
        return f"the kernel's keyring of uid {os.getuid()}"

    def _id(self, name: str) -> int | None:
        _possess()
        try:
            return _keyctl(_SEARCH, _USER_KEYRING, _TYPE, _described(name), 0)
        except SecretsUnavailable as error:
            if isinstance(error.__cause__, OSError) and error.__cause__.errno in _GONE:
                return None
            raise


def _possess() -> None:
    """Have this thread hold the user's keyring: services and many sessions do not, and could not read what is in it."""
    _keyctl(_LINK, _USER_KEYRING, _THREAD_KEYRING)


def _described(name: str) -> bytes:
    return f"{SERVICE}:{name}".encode()


def _numbers() -> tuple[int, int]:
    numbers = _CALLS.get(platform.machine()) if platform.system() == "Linux" else None
    if numbers is None:
        raise SecretsUnavailable(f"There is no kernel keyring for us on {platform.system()} {platform.machine()}.")
    return numbers


def _keyctl(operation: int, *arguments: object) -> int:
    _, keyctl = _numbers()
    return _call(keyctl, operation, *arguments)


def _call(number: int, *arguments: object) -> int:
    syscall = ctypes.CDLL(None, use_errno=True).syscall
    syscall.restype = ctypes.c_long
    wide = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    if (result := int(syscall(ctypes.c_long(number), *wide))) < 0:
        error = OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        raise SecretsUnavailable(f"The kernel's keyring cannot be used: {error.strerror}.") from error
    return result
