"""A vault of our own, for machines without a keyring: one file, opened by a passphrase.

Once unlocked, its key stays in this process and, where the system lets us, in the kernel's keyring, so that a collector
that starts again does not need the passphrase until the machine restarts. The passphrase itself is kept nowhere.
"""

from contextlib import suppress
from pathlib import Path
from threading import Lock

from llmsec_tui.access.secrets import vault_file
from llmsec_tui.access.secrets.places import SecretsLocked, SecretStore, SecretsUnavailable
from llmsec_tui.access.secrets.private_file import write_private
from llmsec_tui.access.secrets.vault_file import STANDARD, Cost, VaultKey

FEWEST_CHARS = 12
"""Of a passphrase: it is all that stands between a copy of the file and what is in it."""
_MOST_BYTES = 1 << 20
_UNLOCK = "Run: llmsec-tui audit key unlock"


class Vault:
    """A :class:`~llmsec_tui.access.secrets.places.SecretStore` in a file; safe to use from any thread."""

    place = "vault"

    def __init__(self, path: Path, cache: SecretStore | None = None) -> None:
        self._path = path
        self._cache = cache
        self._key: VaultKey | None = None
        self._lock = Lock()

    @property
    def exists(self) -> bool:
        return self._path.exists()

    def create(self, passphrase: str, cost: Cost = STANDARD) -> None:
        """Make an empty one, unlocked. Raises SecretsUnavailable when there is one, or for a short passphrase."""
        if len(passphrase) < FEWEST_CHARS:
            raise SecretsUnavailable(
                f"A passphrase has at least {FEWEST_CHARS} characters; nothing was made.", hint="Five words will do."
            )
        with self._lock:
            if self.exists:
                raise SecretsUnavailable(f"There is a vault at {self._path}; it is as it was.", hint=_UNLOCK)
            key = vault_file.new_key(passphrase, cost)
            self._write({}, key)
            self._hold(key)

    def unlock(self, passphrase: str) -> None:
        """Open it from now on. Raises SecretsLocked for a wrong passphrase, SecretsUnavailable without a vault."""
        with self._lock:
            data = self._data()
            key = vault_file.key_for(data, passphrase)
            vault_file.opened(data, key)
            self._hold(key)

    def get(self, name: str) -> bytes | None:
        with self._lock:
            data = self._data()
            return vault_file.opened(data, self._known_key(data)).get(name)

    def set(self, name: str, value: bytes) -> None:
        with self._lock:
            data = self._data()
            key = self._known_key(data)
            self._write(vault_file.opened(data, key) | {name: value}, key)

    def delete(self, name: str) -> None:
        with self._lock:
            data = self._data()
            key = self._known_key(data)
            secrets = vault_file.opened(data, key)
            if secrets.pop(name, None) is not None:
                self._write(secrets, key)

    def describe(self) -> str:
        return f"the vault {self._path}"

    def _data(self) -> bytes:
        try:
            with self._path.open("rb") as file:
                return file.read(_MOST_BYTES)
        except FileNotFoundError:
            raise SecretsUnavailable(
                f"There is no vault at {self._path}.", hint="Run: llmsec-tui audit key init --place vault"
            ) from None
        except OSError as error:
            raise SecretsUnavailable(f"The vault {self._path} cannot be read: {error.strerror}.") from None

    def _known_key(self, data: bytes) -> VaultKey:
        kdf = vault_file.kdf_of(data)
        if (self._key is None or self._key.kdf != kdf) and self._cache is not None:
            with suppress(SecretsUnavailable):
                cached = self._cache.get(_cached_name(kdf))
                self._key = None if cached is None else VaultKey(kdf, cached)
        if self._key is None or self._key.kdf != kdf:
            raise SecretsLocked(f"The vault {self._path} is locked.", hint=_UNLOCK)
        return self._key

    def _hold(self, key: VaultKey) -> None:
        self._key = key
        if self._cache is not None:
            # Without the cache the passphrase is needed at every start, and nothing else is lost.
            with suppress(SecretsUnavailable):
                self._cache.set(_cached_name(key.kdf), key.key)

    def _write(self, secrets: dict[str, bytes], key: VaultKey) -> None:
        try:
            write_private(self._path, vault_file.sealed(secrets, key))
        except OSError as error:
            raise SecretsUnavailable(
                f"The vault {self._path} cannot be written: {error.strerror}; it is as it was.",
                hint="Free space or mend the permissions, then try again.",
            ) from None


def _cached_name(kdf: bytes) -> str:
    return f"vault:{kdf.hex()}"
