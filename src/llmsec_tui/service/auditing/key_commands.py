"""Make and unlock the key that signs the journal, in a running collector."""

from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec import Struct

from llmsec_tui.access.secrets.places import SecretsUnavailable
from llmsec_tui.access.signing import Signer, SigningKeys
from llmsec_tui.audit.journal import Journal
from llmsec_tui.audit.note import Verifier
from llmsec_tui.service.auditing.key_api import GetKey, InitKey, KeyInfo, UnlockVault
from llmsec_tui.service.context import Context
from llmsec_tui.service.outcome import Outcome
from llmsec_tui.store.queries import Reader

OBJECT = "journal:key"


def prepared_init(keys: SigningKeys, journal: Journal, command: InitKey) -> Callable[[], Outcome]:
    """What ``InitKey`` does, with the key made and kept already. Raises SecretsUnavailable and ConfigError."""
    signer = keys.make(command.place, command.passphrase)
    message = f"From now on the journal is signed with a key in {keys.where()}."
    return partial(_signed_from_now, journal, signer, message, command.place)


def prepared_unlock(keys: SigningKeys, journal: Journal, command: UnlockVault) -> Callable[[], Outcome]:
    """What ``UnlockVault`` does, with the vault opened already. Raises SecretsUnavailable."""
    unlocked = keys.unlock(command.passphrase)
    signer = keys.settle(journal.declared) or unlocked
    return partial(_signed_from_now, journal, signer, "The vault is unlocked, and the journal is signed.", "vault")


def key_info(context: Context, _: Reader, _ask: GetKey) -> KeyInfo:
    """What there is to say about the key."""
    keys, journal = context.auditing.keys, context.journal
    vkey, problem = journal.vkey, journal.signing
    place, made_at = "", None
    try:
        if (record := keys.record()) is not None:
            place, made_at = keys.where(), record.made_at
    except SecretsUnavailable as error:
        problem = problem or str(error)
    return KeyInfo(
        vkey=vkey,
        key_id=Verifier.parse(vkey).key_id if vkey else "",
        place=place,
        made_at=made_at,
        locked=keys.locked,
        problem=problem,
    )


HANDLERS: dict[type, Callable[[Context, Reader, Any], Struct]] = {GetKey: key_info}


def _signed_from_now(journal: Journal, signer: Signer, message: str, place: str) -> Outcome:
    after = {"place": place, "public": signer.public.hex()}
    return Outcome(message, after=after, object=OBJECT, then=lambda: journal.use(signer))
