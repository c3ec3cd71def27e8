"""The key that signs the journal: make it, unlock it, show its public half, change it."""

from enum import StrEnum
from typing import Annotated

import typer

from llmsec_tui.cli.acting import tell
from llmsec_tui.cli.as_data import as_data
from llmsec_tui.cli.asking import ask, command_id
from llmsec_tui.cli.output import FormatOption, record
from llmsec_tui.cli.passwords import ask_secret
from llmsec_tui.service.auditing.api import RotateKey
from llmsec_tui.service.auditing.key_api import GetKey, InitKey, UnlockVault

_key = typer.Typer(help="The key that signs the journal.", no_args_is_help=True)
_ASKED_FOR = "Passphrase of the vault"


class Place(StrEnum):
    """Where a key can be kept; a credential of systemd needs no command."""

    KEYRING = "keyring"
    VAULT = "vault"


def add_to(audit: typer.Typer) -> None:
    """Add the commands of this module."""
    audit.add_typer(_key, name="key")


@_key.command("show")
def show(context: typer.Context, chosen: FormatOption = None) -> None:
    """Its public half, where it is kept, and why nothing is signed if so."""
    record(as_data(ask(context.obj, GetKey())), chosen)


@_key.command("init")
def init(
    context: typer.Context,
    place: Annotated[Place, typer.Option("--place", help="The system's keyring, or a file under a passphrase.")],
) -> None:
    """Make the first key. The passphrase of a vault is asked for, or read as one line of standard input."""
    passphrase = ask_secret(_ASKED_FOR, twice=True) if place is Place.VAULT else ""
    tell(
        ask(context.obj, InitKey(command_id=command_id(), place=place.value, passphrase=passphrase)), place=place.value
    )


@_key.command("unlock")
def unlock(context: typer.Context) -> None:
    """Open the vault, after the machine has started. Its passphrase is asked for, or read from standard input."""
    tell(ask(context.obj, UnlockVault(command_id=command_id(), passphrase=ask_secret(_ASKED_FOR))))


@_key.command("rotate")
def rotate(
    context: typer.Context, note: Annotated[str, typer.Option("--note", help="Why; it goes on record.")]
) -> None:
    """Give the key up for a new one; both sign that."""
    tell(ask(context.obj, RotateKey(command_id=command_id(), note=note)))
