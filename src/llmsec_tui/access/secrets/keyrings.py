"""The keyring of the operating system, where a real one answers in time.

Only backends of a list are ever loaded: some others keep secrets in clear, lose them, or ask for a password on
whatever terminal there is. What the user's own settings choose among them is refused by its name, unloaded.
"""

import configparser
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from importlib import import_module
from typing import Protocol, TypeVar

from llmsec_tui.access.secrets.places import SERVICE, SecretsLocked, SecretsUnavailable
from llmsec_tui.patience import Patience

T = TypeVar("T")

TIMEOUT_S = 3.0
"""For one call, the search for a backend included; some never answer over SSH."""
ALLOWED = (
    "keyring.backends.macOS.Keyring",
    "keyring.backends.Windows.WinVaultKeyring",
    "keyring.backends.SecretService.Keyring",
    "keyring.backends.libsecret.Keyring",
    "keyring.backends.kwallet.DBusKeyring",
)
"""Those that encrypt, and ask in a window of the desktop if at all; the first that works is used."""

_SETTING = "PYTHON_KEYRING_BACKEND"
_INSTEAD = "Have the key in a vault of our own: llmsec-tui audit key init --place vault"
_OFF = ("keyring.backends.null.", "keyring.backends.fail.")
_WRONG = {
    "null": "it keeps nothing",
    "fail": "it is no keyring",
    "plaintext": "it keeps secrets in clear",
    "uncrypted": "it keeps secrets in clear",
    "cryptfile": "it asks for a password on the terminal",
    "encrypted": "it asks for a password on the terminal",
    "chainer": "it passes secrets on to any other",
}


class KeyringRefused(SecretsUnavailable):
    """The user's settings choose a keyring that is none."""


class Backend(Protocol):
    """What we use of a ``keyring.backend.KeyringBackend``."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


class Keyring:
    """A :class:`~llmsec_tui.access.secrets.places.SecretStore` of the operating system."""

    place = "keyring"

    def __init__(self, find: Callable[[], Backend] | None = None, timeout_s: float = TIMEOUT_S) -> None:
        """``find`` gives the backend when it is first needed, or raises SecretsUnavailable."""
        self._find = find or found
        self._timeout_s = timeout_s
        self._backend: Backend | None = None
        self._patience = Patience()

    def get(self, name: str) -> bytes | None:
        return self._call(lambda backend: _read(backend, name))

    def set(self, name: str, value: bytes) -> None:
        if not self._call(lambda backend: _kept(backend, name, value)):
            raise SecretsUnavailable(
                f"The keyring {self._name()} took a secret and did not give it back; it is not used.", hint=_INSTEAD
            )

    def delete(self, name: str) -> None:
        self._call(lambda backend: _forget(backend, name))

    def describe(self) -> str:
        """Its class, such as ``keyring.backends.SecretService.Keyring``. Raises SecretsUnavailable."""
        self._call(lambda _: None)
        return self._name()

    def _name(self) -> str:
        return "" if self._backend is None else qualified(type(self._backend))

    def _call(self, work: Callable[[Backend], T]) -> T:
        try:
            return self._patience.within(self._timeout_s, lambda: self._worked(work))
        except SecretsUnavailable:
            raise
        except TimeoutError:
            raise SecretsUnavailable(
                f"The keyring {self._name() or 'of this machine'} did not answer within {self._timeout_s:g} s.",
                hint=f"Unlock it in the desktop's session. {_INSTEAD}",
            ) from None
        except Exception as error:
            # A backend may raise anything, and what it says may hold the secret.
            raise SecretsUnavailable(
                f"The keyring {self._name() or 'of this machine'} failed ({type(error).__name__}).", hint=_INSTEAD
            ) from None

    def _worked(self, work: Callable[[Backend], T]) -> T:
        if self._backend is None:
            self._backend = self._find()
        _refuse_locked(qualified(type(self._backend)))
        return work(self._backend)


def found(names: Sequence[str] = ALLOWED, settings: Mapping[str, str] = os.environ) -> Backend:
    """The first backend that works, or the one of the list that the user's settings choose.

    Raises SecretsUnavailable when there is none, and KeyringRefused when settings choose one that is not on the list.
    """
    chosen, where = _chosen(settings)
    if chosen and chosen not in names:
        why = next((why for mark, why in _WRONG.items() if mark in chosen.lower()), "nobody has vouched for it")
        # Many switch their keyring off by choosing one of these two.
        kind = SecretsUnavailable if chosen.startswith(_OFF) else KeyringRefused
        raise kind(
            f"The keyring {chosen}, which {where} chooses, is refused: {why}.",
            hint=f"Remove the setting for llmsec-tui. {_INSTEAD}",
        )
    for name in [chosen] if chosen else names:
        if (backend := _working(name)) is not None:
            return backend
    raise SecretsUnavailable("This machine has no keyring that can be used, as is usual on servers.", hint=_INSTEAD)


def qualified(kind: type) -> str:
    """The name of a class with its module, as settings spell it."""
    return f"{kind.__module__}.{kind.__qualname__}"


def _chosen(settings: Mapping[str, str]) -> tuple[str, str]:
    """What keyring itself would be told to use, and by what; empty where it is left to it."""
    if name := settings.get(_SETTING, "").strip():
        return name, _SETTING
    from keyring.util.platform_ import config_root

    path = config_root() / "keyringrc.cfg"
    settled = configparser.RawConfigParser()
    try:
        settled.read(path, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError) as error:
        raise SecretsUnavailable(f"The keyring's settings {path} cannot be read ({type(error).__name__}).") from error
    return settled.get("backend", "default-keyring", fallback="").strip(), str(path)


def _working(name: str) -> Backend | None:
    module, _, kind = name.rpartition(".")
    backend = getattr(import_module(module), kind)
    made: Backend | None = backend() if backend.viable else None
    return made


def _refuse_locked(name: str) -> None:
    """Raise SecretsLocked where the next call would open a prompt, which over SSH nobody sees."""
    if "SecretService" not in name and "libsecret" not in name:
        return
    import secretstorage

    with closing(secretstorage.dbus_init()) as bus:
        try:
            locked = secretstorage.collection.get_collection_by_alias(bus, "default").is_locked()
        except secretstorage.exceptions.ItemNotFoundException:
            raise SecretsLocked(
                "The keyring of this desktop has no collection yet.", hint=f"Log in to the desktop once. {_INSTEAD}"
            ) from None
    if locked:
        raise SecretsLocked(
            "The keyring of this desktop is locked.", hint=f"Unlock it in the desktop's session. {_INSTEAD}"
        )


def _read(backend: Backend, name: str) -> bytes | None:
    kept = backend.get_password(SERVICE, name)
    return None if kept is None else b64decode(kept, validate=True)


def _kept(backend: Backend, name: str, value: bytes) -> bool:
    backend.set_password(SERVICE, name, b64encode(value).decode())
    return _read(backend, name) == value


def _forget(backend: Backend, name: str) -> None:
    if backend.get_password(SERVICE, name) is not None:
        backend.delete_password(SERVICE, name)
