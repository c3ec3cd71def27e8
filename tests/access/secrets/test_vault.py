"""The vault opens with its passphrase as it was written, and not at all where any byte of it is another."""

import stat
import traceback
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.access.secrets.backends import CHEAP, PASSPHRASE, SECRET, Memory

from llmsec_tui.access.secrets import vault_file
from llmsec_tui.access.secrets.places import SecretsLocked, SecretsUnavailable
from llmsec_tui.access.secrets.vault import Vault
from llmsec_tui.access.secrets.vault_file import MAGIC, Cost, VaultKey


@pytest.fixture(scope="module")
def key() -> VaultKey:
    return vault_file.new_key(PASSPHRASE, CHEAP)


def test_a_secret_comes_back_and_stands_nowhere_in_the_file(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault")
    vault.create(PASSPHRASE, CHEAP)
    vault.set("signing-key", SECRET)
    data = (tmp_path / "vault").read_bytes()
    assert vault.get("signing-key") == SECRET
    assert SECRET not in data
    assert b"signing-key" not in data
    assert stat.S_IMODE((tmp_path / "vault").stat().st_mode) == 0o600
    vault.delete("signing-key")
    assert vault.get("signing-key") is None
    assert [path.name for path in tmp_path.iterdir()] == ["vault"]


def test_another_process_needs_the_passphrase_and_the_right_one(tmp_path: Path) -> None:
    first = Vault(tmp_path / "vault")
    first.create(PASSPHRASE, CHEAP)
    first.set("key", SECRET)
    second = Vault(tmp_path / "vault")
    with pytest.raises(SecretsLocked, match="is locked") as locked:
        second.get("key")
    assert locked.value.hint == "Run: llmsec-tui audit key unlock"
    with pytest.raises(SecretsLocked, match="the passphrase is wrong, or the file was changed"):
        second.unlock(PASSPHRASE + " ")
    with pytest.raises(SecretsLocked):
        second.set("key", b"")
    second.unlock(PASSPHRASE)
    assert second.get("key") == SECRET


def test_a_process_that_starts_again_finds_the_key_in_the_cache(tmp_path: Path) -> None:
    cache = Memory()
    Vault(tmp_path / "vault", cache).create(PASSPHRASE, CHEAP)
    again = Vault(tmp_path / "vault", cache)
    again.set("key", SECRET)
    assert Vault(tmp_path / "vault", cache).get("key") == SECRET
    assert PASSPHRASE.encode() not in b"".join(cache.kept.values())
    cache.kept.clear()
    with pytest.raises(SecretsLocked):
        Vault(tmp_path / "vault", cache).get("key")


def test_a_vault_that_was_replaced_is_locked_again(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault", Memory())
    vault.create(PASSPHRASE, CHEAP)
    (tmp_path / "vault").write_bytes(vault_file.sealed({}, vault_file.new_key("somebody else's words", CHEAP)))
    with pytest.raises(SecretsLocked):
        vault.get("key")


def test_every_byte_counts(key: VaultKey) -> None:
    data = vault_file.sealed({"key": SECRET}, key)
    for place in range(len(data)):
        for flip in (0x01, 0x80):
            changed = bytearray(data)
            changed[place] ^= flip
            with pytest.raises(SecretsUnavailable):
                vault_file.opened(bytes(changed), key)
        with pytest.raises(SecretsUnavailable):
            vault_file.opened(data[:place], key)
    with pytest.raises(SecretsUnavailable):
        vault_file.opened(data + b"\0", key)


def test_a_changed_header_gives_the_passphrase_another_key_or_is_refused(key: VaultKey) -> None:
    data = vault_file.sealed({"key": SECRET}, key)
    cost_at, salt_at = len(MAGIC), len(MAGIC) + 12
    for place, flip in [
        (0, 1),
        (cost_at, 0x80),
        (cost_at + 3, 0xFF),
        (cost_at + 7, 3),
        (cost_at + 11, 1),
        (salt_at, 1),
    ]:
        changed = bytearray(data)
        changed[place] ^= flip
        with pytest.raises(SecretsUnavailable):
            vault_file.opened(bytes(changed), vault_file.key_for(bytes(changed), PASSPHRASE))


@pytest.mark.parametrize("cost", [Cost(1 << 22, 2, 1), Cost(8, 2, 1), Cost(65_536, 1, 1), Cost(65_536, 3, 200)])
def test_a_crafted_vault_can_neither_stop_the_machine_nor_make_guessing_cheap(cost: Cost) -> None:
    data = vault_file.sealed(
        {},
        VaultKey(
            MAGIC
            + b"".join(number.to_bytes(4, "big") for number in (cost.memory_kib, cost.passes, cost.lanes))
            + bytes(16),
            bytes(32),
        ),
    )
    with pytest.raises(SecretsUnavailable, match="it was changed"):
        vault_file.key_for(data, PASSPHRASE)


@settings(max_examples=50)
@given(
    secrets=st.dictionaries(st.text(max_size=20), st.binary(max_size=100), max_size=5), noise=st.binary(max_size=120)
)
def test_any_secrets_come_back_and_any_noise_is_refused(secrets: dict[str, bytes], noise: bytes) -> None:
    key = VaultKey(vault_file.MAGIC + b"\0\0\x4c\0\0\0\0\2\0\0\0\1" + bytes(16), bytes(32))
    sealed = vault_file.sealed(secrets, key)
    assert vault_file.opened(sealed, key) == secrets
    assert vault_file.sealed(secrets, key) != sealed
    with pytest.raises(SecretsUnavailable):
        vault_file.opened(noise, key)


def test_a_short_passphrase_and_a_second_vault_are_refused(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault")
    with pytest.raises(SecretsUnavailable, match="at least 12 characters"):
        vault.create("short", CHEAP)
    assert not vault.exists
    vault.create(PASSPHRASE, CHEAP)
    vault.set("key", SECRET)
    with pytest.raises(SecretsUnavailable, match="as it was"):
        vault.create(PASSPHRASE, CHEAP)
    assert vault.get("key") == SECRET


def test_a_vault_that_cannot_be_written_is_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = Vault(tmp_path / "vault")
    vault.create(PASSPHRASE, CHEAP)
    vault.set("key", SECRET)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(SecretsUnavailable, match="No space left on device; it is as it was"):
            vault.set("key", b"another")
    assert vault.get("key") == SECRET
    assert [path.name for path in tmp_path.iterdir()] == ["vault"]


def test_what_is_missing_or_no_vault_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SecretsUnavailable, match="There is no vault"):
        Vault(tmp_path / "vault").get("key")
    (tmp_path / "vault").mkdir()
    with pytest.raises(SecretsUnavailable, match="cannot be read: Is a directory"):
        Vault(tmp_path / "vault").unlock(PASSPHRASE)


def test_neither_key_nor_passphrase_is_in_what_python_shows(tmp_path: Path, key: VaultKey) -> None:
    assert key.key.hex() not in repr(key)
    assert repr(key.key)[2:-1] not in repr(key)
    vault = Vault(tmp_path / "vault")
    vault.create(PASSPHRASE, CHEAP)
    tried = "wrong" + "-" * 5 + "words"
    with pytest.raises(SecretsLocked) as refused:
        vault.unlock(tried)
    assert tried not in "".join(traceback.format_exception(refused.value))
