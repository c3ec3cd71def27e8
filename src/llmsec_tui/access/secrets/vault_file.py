"""The bytes of our vault: secrets under a passphrase, sealed so that any change of any byte is refused.

A header of magic, the cost of the passphrase, salt and nonce; then AES-256-GCM over the secrets, with the header as
authenticated data. The key comes from the passphrase by argon2id (RFC 9106).
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_bytes

import msgspec
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from llmsec_tui.access.secrets.places import SecretsLocked, SecretsUnavailable

MAGIC = b"llmsec-vault-01\n"
_COST = struct.Struct(">III")
_SALT_BYTES, _NONCE_BYTES, _KEY_BYTES = 16, 12, 32
_KDF_END = len(MAGIC) + _COST.size + _SALT_BYTES
_HEADER_END = _KDF_END + _NONCE_BYTES


@dataclass(frozen=True, slots=True)
class Cost:
    """What one try of a passphrase costs."""

    memory_kib: int
    passes: int
    lanes: int

    @property
    def sensible(self) -> bool:
        """Neither so cheap that guessing pays, nor so dear that a crafted file stops the machine."""
        return 19_456 <= self.memory_kib <= 1 << 20 and 1 <= self.lanes <= 16 and 2 <= self.passes <= 16


STANDARD = Cost(memory_kib=65_536, passes=3, lanes=4)
"""The second recommendation of RFC 9106; three quarters of a second on a slow machine."""


@dataclass(frozen=True, slots=True)
class VaultKey:
    """What opens a vault in place of its passphrase."""

    kdf: bytes
    """The beginning of the header that says how it was made; another passphrase has another one."""
    key: bytes = field(repr=False)


def new_key(passphrase: str, cost: Cost = STANDARD) -> VaultKey:
    """A key for a new vault or a new passphrase."""
    kdf = MAGIC + _COST.pack(cost.memory_kib, cost.passes, cost.lanes) + token_bytes(_SALT_BYTES)
    return VaultKey(kdf, _derived(kdf, passphrase))


def key_for(data: bytes, passphrase: str) -> VaultKey:
    """The key that the passphrase gives for this vault, right or wrong. Raises SecretsUnavailable."""
    kdf = kdf_of(data)
    return VaultKey(kdf, _derived(kdf, passphrase))


def kdf_of(data: bytes) -> bytes:
    """How the key of a vault is made. Raises SecretsUnavailable for what is no vault of ours."""
    if len(data) < _HEADER_END or not data.startswith(MAGIC):
        raise SecretsUnavailable("This is no vault that this version can read.")
    kdf = data[:_KDF_END]
    if not _cost(kdf).sensible:
        raise SecretsUnavailable("The vault asks for a cost that no vault of ours has; it was changed.")
    return kdf


def sealed(secrets: Mapping[str, bytes], key: VaultKey) -> bytes:
    """The whole file."""
    header = key.kdf + token_bytes(_NONCE_BYTES)
    return header + AESGCM(key.key).encrypt(header[_KDF_END:], msgspec.msgpack.encode(secrets), header)


def opened(data: bytes, key: VaultKey) -> dict[str, bytes]:
    """The secrets. Raises SecretsLocked for another key, or where any byte is not as it was written."""
    if kdf_of(data) != key.kdf:
        raise SecretsLocked("The vault has another passphrase by now.")
    header = data[:_HEADER_END]
    try:
        plain = AESGCM(key.key).decrypt(header[_KDF_END:], data[_HEADER_END:], header)
    except InvalidTag:
        raise SecretsLocked(
            "The vault does not open: the passphrase is wrong, or the file was changed.",
            hint="Nothing was changed now. Try again, or put the file back from a copy.",
        ) from None
    return msgspec.msgpack.decode(plain, type=dict[str, bytes])


def _derived(kdf: bytes, passphrase: str) -> bytes:
    cost = _cost(kdf)
    salt = kdf[-_SALT_BYTES:]
    secret = passphrase.encode("utf-8", "surrogatepass")
    return hash_secret_raw(secret, salt, cost.passes, cost.memory_kib, cost.lanes, _KEY_BYTES, Type.ID)


def _cost(kdf: bytes) -> Cost:
    return Cost(*_COST.unpack_from(kdf, len(MAGIC)))
