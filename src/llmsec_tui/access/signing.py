"""The key that signs the journal: made once where a place for it is found, and never replaced behind anybody's back.

Beside the state stands ``signing.json``, which holds nothing secret: where the key is kept, and its public half. A key
that is gone, or that is not the one it was, is told about, and nothing is signed until somebody mends it.
"""

import time
from contextlib import suppress
from dataclasses import dataclass, field
from secrets import token_hex
from threading import Lock

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from msgspec.structs import replace

from llmsec_tui.access.secrets.credentials import Credentials
from llmsec_tui.access.secrets.kernel import KernelKeyring
from llmsec_tui.access.secrets.keyrings import Keyring
from llmsec_tui.access.secrets.places import SecretsLocked, SecretStore, SecretsUnavailable
from llmsec_tui.access.secrets.private_file import write_private
from llmsec_tui.access.secrets.vault import Vault
from llmsec_tui.errors import ConfigError
from llmsec_tui.paths import Home

CREDENTIAL = "signing-key"
"""The name of the credential, after ``llmsec-tui.``: an Ed25519 key as PEM (PKCS #8), or its 32 bytes."""
_SEED_BYTES = 32
_NOBODY_SIGNS = "Nothing signs the journal"


@dataclass(frozen=True, slots=True)
class Signer:
    """Holds an Ed25519 private key."""

    private: Ed25519PrivateKey = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        return self.private.sign(message)

    @property
    def public(self) -> bytes:
        """32 bytes."""
        return self.private.public_key().public_bytes_raw()


class KeyRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What ``signing.json`` says."""

    place: str
    entry: str
    """The name of the secret in that place."""
    public: str
    """Hex."""
    made_at: int
    """Microseconds since 1970 UTC."""
    following: "KeyRecord | None" = None
    """A key that is to take its place: made, and maybe in force already when a crash came in between."""


class SigningKeys:
    """The key of one state directory. Safe to use from any thread."""

    def __init__(self, home: Home, *, keyring: SecretStore | None = None, cache: SecretStore | None = None) -> None:
        """``keyring`` in place of the operating system's, and ``cache`` in place of the kernel's."""
        self._path = home.signing
        self.vault = Vault(home.vault, cache or KernelKeyring())
        self._stores: dict[str, SecretStore] = {
            one.place: one for one in (Credentials(), keyring or Keyring(), self.vault)
        }
        self._lock = Lock()
        self.following: NextKey | None = None
        """A key that a rotation prepared and that nobody accepted yet."""
        self.signer: Signer | None = None
        """None while nothing can be signed; ``problem`` says why."""
        self.problem = ""
        """A sentence, and what to do; empty while there is a signer."""
        self.locked = False
        """Whether a passphrase is all that is missing."""

    def open(self) -> Signer | None:
        """Find the key, or make it where a place for it needs nobody; the signer, or None with a ``problem``."""
        with self._lock:
            self.locked = False
            try:
                self.signer = self._found()
                self.problem = ""
            except SecretsUnavailable as error:
                self.signer, self.locked = None, isinstance(error, SecretsLocked)
                self.problem = f"{_NOBODY_SIGNS}: {_small(error.message)} {error.hint}".strip()
            return self.signer

    def unlock(self, passphrase: str) -> Signer:
        """Unlock the vault and take the key out of it. Raises SecretsUnavailable."""
        self.vault.unlock(passphrase)
        return self._opened()

    def make(self, place: str, passphrase: str = "") -> Signer:
        """The first key, kept in ``place``: ``keyring``, or ``vault``, which is made with the passphrase.

        Raises SecretsUnavailable, and ConfigError when there is a key.
        """
        with self._lock:
            if (record := self.record()) is not None:
                raise ConfigError(
                    f"There is a signing key, in the {record.place}; it is as it was.",
                    hint="Another takes its place with: llmsec-tui audit key rotate",
                )
            if place == self.vault.place:
                self.vault.unlock(passphrase) if self.vault.exists else self.vault.create(passphrase)
            self._write(self._kept_anew(place).record)
        return self._opened()

    def prepare(self) -> "NextKey":
        """A key to follow the one in force, kept in the same place, and not in force yet. Raises SecretsUnavailable."""
        with self._lock:
            record = self.record()
            if record is None:
                raise SecretsUnavailable("There is no signing key yet.", hint="Run: llmsec-tui audit key init")
            self._forget(record.following)
            self.following = self._kept_anew(record.place)
            self._write(replace(record, following=self.following.record))
            return self.following

    def accept(self, following: "NextKey") -> None:
        """Sign with it from now on, and forget the one before: who steals the new one cannot sign as of old."""
        with self._lock:
            before = self.record()
            self._write(following.record)
            self.signer, self.following, self.problem, self.locked = following.signer, None, "", False
            self._forget(before)

    def settle(self, declared: bytes) -> Signer | None:
        """After a crash amid a rotation, have the journal decide: ``declared`` is the public key that it names last.

        The signer that is in force. Raises SecretsUnavailable.
        """
        if self.following is not None and self.following.signer.public == declared:
            self.accept(self.following)
        elif self.following is not None:
            with self._lock:
                if (record := self.record()) is not None:
                    self._write(replace(record, following=None))
                self._forget(self.following.record)
                self.following = None
        return self.signer

    def record(self) -> KeyRecord | None:
        """What is written down about the key; None while there is none. Raises SecretsUnavailable."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=KeyRecord)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not as we wrote it"
            raise SecretsUnavailable(f"{self._path} cannot be read: {why}.", hint="Put it back from a copy.") from None

    def where(self) -> str:
        """Where the key is kept, for people; empty while there is none. Raises SecretsUnavailable."""
        record = self.record()
        return "" if record is None else self._store(record.place).describe()

    def _opened(self) -> Signer:
        signer = self.open()
        if signer is None:
            raise SecretsUnavailable(self.problem)
        return signer

    def _found(self) -> Signer:
        record = self.record()
        if record is None:
            return self._first()
        signer = self._kept(record)
        with suppress(SecretsUnavailable):
            # Where it is gone, the rotation never got to use it.
            self.following = (
                None if record.following is None else NextKey(self._kept(record.following), record.following)
            )
        return signer

    def _kept(self, record: KeyRecord) -> Signer:
        store = self._store(record.place)
        value = store.get(record.entry)
        if value is None:
            raise SecretsUnavailable(
                f"The key is gone from {store.describe()}.",
                hint="Put it back, or begin with another: see docs/signing.md",
            )
        signer = _signer(value, record.place)
        if signer.public.hex() != record.public:
            raise SecretsUnavailable(
                f"The key in {store.describe()} is not the one that signed before.", hint="Put the right one back."
            )
        return signer

    def _first(self) -> Signer:
        """A credential is taken as it is; in a keyring a key is made; nothing else works without somebody."""
        value = self._stores[Credentials.place].get(CREDENTIAL)
        if value is None:
            following = self._kept_anew(Keyring.place)
        else:
            signer = _signer(value, Credentials.place)
            following = NextKey(signer, _record(Credentials.place, CREDENTIAL, signer))
        self._write(following.record)
        return following.signer

    def _kept_anew(self, place: str) -> "NextKey":
        private = Ed25519PrivateKey.generate()
        signer = Signer(private)
        entry = f"signing-key:{token_hex(8)}"
        self._store(place).set(entry, private.private_bytes_raw())
        return NextKey(signer, _record(place, entry, signer))

    def _store(self, place: str) -> SecretStore:
        if (store := self._stores.get(place)) is None:
            raise SecretsUnavailable(f"There is no place {place!r} for secrets.", hint="Known are: keyring, vault.")
        return store

    def _forget(self, record: KeyRecord | None) -> None:
        if record is not None:
            # It stays where it was then, which is no worse than it has been.
            with suppress(SecretsUnavailable):
                self._stores[record.place].delete(record.entry)

    def _write(self, record: KeyRecord) -> None:
        try:
            write_private(self._path, msgspec.json.encode(record))
        except OSError as error:
            raise SecretsUnavailable(f"{self._path} cannot be written: {error.strerror}; no key was changed.") from None


@dataclass(frozen=True, slots=True)
class NextKey:
    """A key that is kept and not in force yet."""

    signer: Signer
    record: KeyRecord


def _signer(value: bytes, place: str) -> Signer:
    private: PrivateKeyTypes | None = None
    with suppress(ValueError, TypeError, UnsupportedAlgorithm):
        if len(value) == _SEED_BYTES:
            private = Ed25519PrivateKey.from_private_bytes(value)
        else:
            private = load_pem_private_key(value, None)
    if not isinstance(private, Ed25519PrivateKey):
        raise SecretsUnavailable(
            f"What is kept as the key in the {place} is no Ed25519 key.",
            hint="One is made with: openssl genpkey -algorithm ed25519",
        )
    return Signer(private)


def _record(place: str, entry: str, signer: Signer) -> KeyRecord:
    return KeyRecord(place=place, entry=entry, public=signer.public.hex(), made_at=time.time_ns() // 1000)


def _small(sentence: str) -> str:
    """As it goes on after a colon."""
    return sentence[:1].lower() + sentence[1:]
