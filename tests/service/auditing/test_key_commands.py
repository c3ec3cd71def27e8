"""The journal's key is made and unlocked in a running collector, on record, and no passphrase is kept or shown."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.access.secrets.backends import CHEAP, PASSPHRASE, InMemory, Memory
from tests.service.parts import actor

from llmsec_tui.access.secrets.keyrings import Keyring
from llmsec_tui.access.secrets.places import SecretsLocked, SecretsUnavailable
from llmsec_tui.access.signing import SigningKeys
from llmsec_tui.audit.journal import Journal
from llmsec_tui.audit.verify import verify
from llmsec_tui.errors import AccessRefused, ApprovalNeeded, ConfigError
from llmsec_tui.paths import Home
from llmsec_tui.service.auditing.key_api import GetKey, InitKey, UnlockVault
from llmsec_tui.service.auditing.room import opened
from llmsec_tui.service.context import Context
from llmsec_tui.service.dispatch import Dispatch


@pytest.fixture
def keyless(context: Context, home: Home, monkeypatch: pytest.MonkeyPatch) -> Context:
    """A collector that just started on a machine whose kernel keeps no secrets."""
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.setattr("llmsec_tui.access.secrets.vault.Vault.create.__defaults__", (CHEAP,))
    return _restarted(context, home)


def _restarted(context: Context, home: Home, backend: InMemory | None = None) -> Context:
    keys = SigningKeys(home, keyring=Keyring(lambda: backend) if backend else None, cache=Memory())
    keys.open()
    context.auditing = replace(context.auditing, keys=keys)
    return context


async def _ask(context: Context, ask: Any, role: str = "owner") -> Any:
    dispatch = Dispatch(context)
    try:
        return await dispatch.reply(actor(role), ask)
    finally:
        dispatch.close()


def _init(place: str = "vault", passphrase: str = PASSPHRASE) -> InitKey:
    return InitKey(command_id=uuid4().hex, place=place, passphrase=passphrase)


def _unlock(passphrase: str = PASSPHRASE) -> UnlockVault:
    return UnlockVault(command_id=uuid4().hex, passphrase=passphrase)


def _acts(context: Context) -> list[tuple[str, str]]:
    lines = context.journal.lines(1, context.journal.last_seq)
    return [(record["action"], record["result"]) for record in map(json.loads, lines)]


async def test_a_key_in_a_new_vault_signs_from_then_on(keyless: Context) -> None:
    before = await _ask(keyless, GetKey())
    assert (before.vkey, before.made_at, before.place) == ("", None, "")
    done = await _ask(keyless, _init())
    after = await _ask(keyless, GetKey())
    assert "the vault" in done.message
    assert (after.problem, after.locked) == ("", False)
    assert after.vkey == keyless.journal.vkey
    assert after.vkey.split("+")[1] == after.key_id
    assert keyless.journal.sealed_seq == keyless.journal.last_seq
    assert _acts(keyless) == [("keys.init", "done"), ("journal.key", "done")]


async def test_a_locked_vault_says_so_and_its_passphrase_has_the_same_key_sign_again(
    keyless: Context, home: Home
) -> None:
    await _ask(keyless, _init())
    vkey = keyless.journal.vkey
    _restarted(keyless, home)
    assert (await _ask(keyless, GetKey())).locked
    with pytest.raises(SecretsLocked):
        await _ask(keyless, _unlock("these are other words"))
    assert (await _ask(keyless, _unlock())).message == "The vault is unlocked, and the journal is signed."
    assert keyless.journal.vkey == vkey
    assert _acts(keyless)[2:] == [("keys.unlock", "failed"), ("keys.unlock", "done")]


async def test_a_crash_amid_a_rotation_leaves_the_key_that_the_journal_names(home: Home) -> None:
    backend = InMemory()

    def start() -> tuple[SigningKeys, Journal]:
        keys = SigningKeys(home, keyring=Keyring(lambda: backend), cache=Memory())
        return keys, opened(home.journal, keys, keys.open())

    keys, journal = start()
    journal.rotate(keys.prepare().signer, actor(), "the tests say so")
    vkey = journal.vkey
    journal.close()
    keys, journal = start()
    assert journal.vkey == vkey
    assert keys.signer is not None
    assert keys.signer.public == journal.declared
    keys.prepare()
    journal.close()
    keys, journal = start()
    assert (journal.vkey, len(backend.kept)) == (vkey, 1)
    journal.close()
    assert verify(home.journal).verdicts[0].ok


async def test_a_keyring_takes_the_key_when_it_is_told_to(keyless: Context, home: Home) -> None:
    backend = InMemory()
    keys = SigningKeys(home, keyring=Keyring(lambda: backend), cache=Memory())
    keyless.auditing = replace(keyless.auditing, keys=keys)
    await _ask(keyless, _init("keyring", ""))
    assert len(backend.kept) == 1
    assert keyless.journal.vkey


async def test_what_makes_no_sense_is_refused_and_leaves_no_key(keyless: Context, home: Home) -> None:
    with pytest.raises(SecretsUnavailable, match="at least 12 characters"):
        await _ask(keyless, _init(passphrase="short"))
    with pytest.raises(SecretsUnavailable, match="no place 'cloud'"):
        await _ask(keyless, _init("cloud"))
    with pytest.raises(SecretsUnavailable, match="can only be read"):
        await _ask(keyless, _init("credential"))
    with pytest.raises(SecretsUnavailable, match="There is no vault"):
        await _ask(keyless, _unlock())
    assert not home.signing.exists()
    assert not home.vault.exists()
    await _ask(keyless, _init())
    with pytest.raises(ConfigError, match="There is a signing key"):
        await _ask(keyless, _init())


@pytest.mark.parametrize("role", ["viewer", "analyst", "responder", "auditor"])
async def test_who_may_not_manage_keys_neither_makes_nor_unlocks_one(role: str, keyless: Context, home: Home) -> None:
    for ask in (_init(), _unlock()):
        with pytest.raises(AccessRefused):
            await _ask(keyless, ask, role)
    assert not home.vault.exists()
    assert _acts(keyless) == [("keys.init", "refused"), ("keys.unlock", "refused")]


async def test_no_passphrase_is_in_what_python_shows_nor_in_any_file(keyless: Context, home: Home) -> None:
    assert PASSPHRASE not in repr(_init())
    assert PASSPHRASE not in repr(_unlock())
    assert PASSPHRASE not in f"{[_unlock()]}"
    await _ask(keyless, _init())
    await _ask(keyless, _unlock())
    with pytest.raises(SecretsLocked) as refused:
        await _ask(keyless, _unlock(PASSPHRASE + "!"))
    assert PASSPHRASE not in str(refused.value)
    assert [path for path in home.root.rglob("*") if path.is_file() and _holds(path, PASSPHRASE)] == []


async def test_a_passphrase_that_waits_for_a_second_person_is_kept_nowhere_either(keyless: Context, home: Home) -> None:
    home.roles.write_text("four_eyes: [keys.manage]\n")
    keyless.access.roles.accept(keyless.access.roles.read())
    with pytest.raises(ApprovalNeeded):
        await _ask(keyless, _unlock())
    keyless.store.close()
    assert [path for path in home.root.rglob("*") if path.is_file() and _holds(path, PASSPHRASE)] == []


def _holds(path: Path, text: str) -> bool:
    return text.encode() in path.read_bytes()
