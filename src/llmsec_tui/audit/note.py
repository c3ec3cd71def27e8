"""Signed notes (C2SP signed-note): a text, and Ed25519 signatures that anybody can check who has the key.

    text, any lines
    <empty line>
    — NAME BASE64(four bytes of the key's hash, signature)

A verifier key, ``NAME+HASH+BASE64``, says all that it takes to check one.
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_ED25519 = b"\1"
_HASH_BYTES = 4
_KEY_BYTES = 32
_SIGNATURE = "— "
_CONTROLS = bytes(set(range(32)) - {10})


class Signer(Protocol):
    """Something that holds an Ed25519 private key."""

    @property
    def public(self) -> bytes:
        """The 32 bytes of the public key."""

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of a signature; raises LlmsecError when the key cannot be used any more."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key under a name."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, vkey: str) -> "Verifier":
        """Read a verifier key; raises ValueError, saying why, for what is none."""
        name, plus, rest = vkey.strip().partition("+")
        claimed, also_plus, encoded = rest.partition("+")
        key = _bytes(encoded)
        if not (plus and also_plus and _is_name(name)) or len(key) != 1 + _KEY_BYTES or key[:1] != _ED25519:
            raise ValueError("it is no verifier key of the form NAME+HASH+BASE64 with an Ed25519 key")
        verifier = cls(name, key[1:])
        if verifier.key_id != claimed:
            raise ValueError(f"its hash is {verifier.key_id} and not {claimed}: a character of it was changed")
        return verifier

    @property
    def key_hash(self) -> bytes:
        """The four bytes by which a signature names its key."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:_HASH_BYTES]

    @property
    def key_id(self) -> str:
        """The same in hexadecimal, for people."""
        return self.key_hash.hex()

    @property
    def vkey(self) -> str:
        """The verifier key as text."""
        return f"{self.name}+{self.key_id}+{b64encode(_ED25519 + self.public).decode()}"

    def signed(self, note: "Note") -> bool:
        """Whether the note bears a valid signature of this key."""
        return any(
            self.holds(note.text.encode(), one.signature)
            for one in note.signatures
            if (one.name, one.key_hash) == (self.name, self.key_hash)
        )

    def holds(self, message: bytes, signature: bytes) -> bool:
        """Whether a bare signature is this key's."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signature:
    """One line under a note."""

    name: str
    key_hash: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text and who signed it; whether they did is yet to be checked."""

    text: str
    """With its last newline."""
    signatures: tuple[Signature, ...]


def sign(text: str, name: str, signer: Signer) -> bytes:
    """The note of a text, which must end with a newline, signed under a name."""
    verifier = Verifier(name, signer.public)
    signed = b64encode(verifier.key_hash + signer.sign(text.encode())).decode()
    return f"{text}\n{_SIGNATURE}{name} {signed}\n".encode()


def parse(data: bytes) -> Note:
    """Read a note; raises ValueError, saying why, for what is none. No signature is checked."""
    try:
        whole = data.decode()
    except UnicodeDecodeError as error:
        raise ValueError("it is no UTF-8") from error
    text, gap, lines = whole.rpartition("\n\n")
    if not (gap and text and lines.endswith("\n")) or data.translate(None, _CONTROLS) != data:
        raise ValueError("it is no text with signatures behind an empty line")
    return Note(text + "\n", tuple(_signature(line) for line in lines[:-1].split("\n")))


def _signature(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_SIGNATURE).partition(" ")
    signed = _bytes(encoded)
    if not line.startswith(_SIGNATURE) or not _is_name(name) or len(signed) <= _HASH_BYTES:
        raise ValueError("a line below the empty one is no signature")
    return Signature(name, signed[:_HASH_BYTES], signed[_HASH_BYTES:])


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(char.isspace() for char in name)


def _bytes(encoded: str) -> bytes:
    """What was encoded; nothing for what is not the one spelling of some bytes."""
    try:
        data = b64decode(encoded, validate=True)
    except (Base64Error, ValueError):
        return b""
    return data if b64encode(data).decode() == encoded else b""
