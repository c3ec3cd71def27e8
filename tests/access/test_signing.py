"""The journal's key is made once, found again, and never replaced without anybody being told."""

import json
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.access.secrets.backends import CHEAP, PASSPHRASE, Hangs, InMemory, Memory

from llmsec_tui.access.secrets.keyrings import Keyring
from llmsec_tui.access.secrets.places import SecretsLocked, SecretsUnavailable
from llmsec_tui.access.signing import SigningKeys
from llmsec_tui.errors import ConfigError
from llmsec_tui.paths import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.create()
    return made


@pytest.fixture(autouse=True)
def _no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llmsec_tui.access.secrets.vault.Vault.create.__defaults__", (CHEAP,))


def _no_keyring() -> InMemory:
    raise SecretsUnavailable("This machine has no keyring.", hint="Run: llmsec-tui audit key init")


def _keys(home: Home, backend: InMemory | None = None, cache: Memory | None = None) -> SigningKeys:
    keyring = Keyring(_no_keyring if backend is None else lambda: backend, 0.2)
    return SigningKeys(home, keyring=keyring, cache=cache or Memory())


def test_a_key_is_made_once_where_a_keyring_answers_and_signs_for_anybody_to_check(home: Home) -> None:
    backend = InMemory()
    first = _keys(home, backend).open()
    second = _keys(home, backend).open()
    assert first is not None
    assert second is not None
    assert first.public == second.public
    Ed25519PublicKey.from_public_bytes(first.public).verify(second.sign(b"note"), b"note")
    assert len(backend.kept) == 1


def test_what_is_written_beside_it_is_private_and_says_nothing_secret(home: Home) -> None:
    backend = InMemory()
    signer = _keys(home, backend).open()
    assert signer is not None
    record = json.loads(home.signing.read_bytes())
    assert (record["place"], record["public"]) == ("keyring", signer.public.hex())
    assert stat.S_IMODE(home.signing.stat().st_mode) == 0o600
    seed = signer.private.private_bytes_raw()
    assert seed.hex() not in home.signing.read_text()
    assert seed.hex() not in repr(signer)


def test_without_a_keyring_nothing_is_signed_and_the_way_out_is_named(home: Home) -> None:
    keys = _keys(home)
    assert keys.open() is None
    assert keys.problem.startswith("Nothing signs the journal: this machine has no keyring.")
    assert "llmsec-tui audit key init" in keys.problem
    assert not keys.locked
    assert not home.signing.exists()


def test_a_key_that_is_gone_is_told_about_and_not_made_anew(home: Home) -> None:
    backend = InMemory()
    _keys(home, backend).open()
    backend.kept.clear()
    keys = _keys(home, backend)
    assert keys.open() is None
    assert "the key is gone from keyring" in keys.problem.replace("tests.access.secrets.backends.InMemory", "keyring")
    assert backend.kept == {}


def test_a_keyring_that_hangs_costs_its_time_and_the_signature_and_nothing_else(home: Home) -> None:
    backend = InMemory()
    made = _keys(home, backend).open()
    hanging = Hangs()
    keys = _keys(home, hanging)
    assert keys.open() is None
    assert "did not answer within 0.2 s" in keys.problem
    hanging.end.set()
    again = _keys(home, backend).open()
    assert made is not None
    assert again is not None
    assert again.public == made.public


def test_another_key_in_its_place_does_not_sign(home: Home) -> None:
    backend = InMemory()
    _keys(home, backend).open()
    home_record = json.loads(home.signing.read_bytes())
    home_record["public"] = "00" * 32
    home.signing.write_text(json.dumps(home_record))
    keys = _keys(home, backend)
    assert keys.open() is None
    assert "is not the one that signed before" in keys.problem


def test_the_vault_takes_the_key_and_needs_its_passphrase_after_the_machine_restarts(home: Home) -> None:
    made = _keys(home).make("vault", PASSPHRASE)
    keys = _keys(home)
    assert keys.open() is None
    assert keys.locked
    assert "llmsec-tui audit key unlock" in keys.problem
    with pytest.raises(SecretsLocked):
        keys.unlock("not the passphrase")
    assert keys.signer is None
    assert keys.unlock(PASSPHRASE).public == made.public
    assert keys.problem == ""
    assert not keys.locked


def test_the_vault_needs_no_passphrase_while_the_kernel_remembers(home: Home) -> None:
    cache = Memory()
    made = _keys(home, cache=cache).make("vault", PASSPHRASE)
    signer = _keys(home, cache=cache).open()
    assert signer is not None
    assert signer.public == made.public


def test_a_second_key_is_not_made_by_accident(home: Home) -> None:
    keys = _keys(home, InMemory())
    made = keys.open()
    with pytest.raises(ConfigError, match="There is a signing key, in the keyring"):
        keys.make("vault", PASSPHRASE)
    assert keys.signer == made
    assert not home.vault.exists()


def test_a_place_that_there_is_not_is_refused(home: Home) -> None:
    with pytest.raises(SecretsUnavailable, match="no place 'cloud'"):
        _keys(home).make("cloud")


def test_a_credential_of_systemd_is_the_key(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "llmsec-tui.signing-key").write_bytes(pem)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    signer = _keys(home).open()
    assert signer is not None
    assert signer.public == private.public_key().public_bytes_raw()
    with pytest.raises(SecretsUnavailable, match="can only be read"):
        _keys(home).prepare()


@pytest.mark.parametrize(
    "content", [b"", b"secret" * 9, b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_a_credential_that_is_no_key_is_told_about_without_showing_it(
    content: bytes, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "llmsec-tui.signing-key").write_bytes(content)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    keys = _keys(home)
    assert keys.open() is None
    assert "is no Ed25519 key" in keys.problem
    assert "secretsecret" not in keys.problem


def test_a_key_of_another_kind_is_refused(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pem = subprocess.run(["openssl", "genpkey", "-algorithm", "X25519"], capture_output=True, check=True).stdout
    (tmp_path / "llmsec-tui.signing-key").write_bytes(pem)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    keys = _keys(home)
    assert keys.open() is None
    assert "is no Ed25519 key" in keys.problem


def test_a_following_key_signs_once_it_is_accepted_and_the_one_before_is_forgotten(home: Home) -> None:
    backend = InMemory()
    keys = _keys(home, backend)
    before = keys.open()
    following = keys.prepare()
    assert before is not None
    assert keys.signer == before
    again = _keys(home, backend).open()
    assert again is not None
    assert again.public == before.public
    keys.accept(following)
    assert keys.signer == following.signer
    assert len(backend.kept) == 1
    after = _keys(home, backend).open()
    assert after is not None
    assert after.public == following.signer.public


def test_after_a_crash_amid_a_rotation_the_journal_decides_which_key_is_in_force(home: Home) -> None:
    backend = InMemory()
    keys = _keys(home, backend)
    old = keys.open()
    following = keys.prepare()
    assert old is not None
    for declared, wanted in ((old.public, old.public), (following.signer.public, following.signer.public)):
        kept = home.signing.read_bytes()
        secrets = dict(backend.kept)
        restarted = _keys(home, backend)
        restarted.open()
        settled = restarted.settle(declared)
        assert settled is not None
        assert settled.public == wanted
        again = _keys(home, backend).open()
        assert again is not None
        assert again.public == wanted
        assert len(backend.kept) == 1
        home.signing.write_bytes(kept)
        backend.kept = secrets


def test_a_rotation_that_came_to_nothing_leaves_no_second_key_behind(home: Home) -> None:
    backend = InMemory()
    keys = _keys(home, backend)
    keys.open()
    keys.prepare()
    keys.accept(keys.prepare())
    assert len(backend.kept) == 1


def test_a_record_of_the_key_that_is_broken_is_told_about(home: Home) -> None:
    backend = InMemory()
    _keys(home, backend).open()
    home.signing.write_text("{")
    keys = _keys(home, backend)
    assert keys.open() is None
    assert "signing.json cannot be read: it is not as we wrote it" in keys.problem
