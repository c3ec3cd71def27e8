"""What the doctor says of places for secrets, of the key that signs the journal, and of its anchors."""

import os
from collections.abc import Iterator
from pathlib import Path

from llmsec_tui.cli.finding import Finding
from llmsec_tui.paths import Home


def keyrings(_: Home) -> Iterator[Finding]:
    """Which keyring would be used, if any; it has three seconds to answer."""
    from llmsec_tui.access.secrets.kernel import KernelKeyring
    from llmsec_tui.access.secrets.keyrings import Keyring, KeyringRefused
    from llmsec_tui.access.secrets.places import SecretsUnavailable

    try:
        yield Finding("keyring", "ok", Keyring().describe())
    except KeyringRefused as error:
        yield Finding("keyring", "wrong", error.message, error.hint)
    except SecretsUnavailable as error:
        yield Finding("keyring", "note", error.message, error.hint)
    try:
        KernelKeyring().describe()
    except SecretsUnavailable as error:
        mend = "A vault then takes its passphrase each time that a collector starts."
        yield Finding("kernel keyring", "note", error.message, mend)
    else:
        yield Finding("kernel keyring", "ok", "An unlocked vault stays open until the machine restarts.")


def signing_key(home: Home) -> Iterator[Finding]:
    """Whether the key that signs the journal is where it should be; none is made for the question."""
    from llmsec_tui.access.signing import SigningKeys

    if not home.signing.exists():
        mend = "A collector makes a key where there is a keyring; else: llmsec-tui audit key init --place vault"
        yield Finding("key", "note", "No key signs the journal yet.", mend)
        return
    keys = SigningKeys(home)
    if keys.open() is None:
        yield Finding("key", "note" if keys.locked else "wrong", keys.problem)
    else:
        yield Finding("key", "ok", f"The journal is signed with a key in {keys.where()}.")


def anchors(home: Home) -> Iterator[Finding]:
    """Whether the anchors of the journal can be reached, and what they are worth."""
    from llmsec_tui.service.auditing.anchor_file import AnchorsError, load

    try:
        found = load(home.anchors).anchors
    except AnchorsError as error:
        yield Finding("anchors", "wrong", str(error.issues[0]), f"{len(error.issues)} to put right in {home.anchors}.")
        return
    if not found:
        what = "The journal is anchored nowhere: a cut of its end, or of all of it, could not be shown."
        yield Finding("anchors", "note", what, f"Name a place in {home.anchors}; docs/signing.md says how.")
    for anchor in found:
        match anchor.kind:
            case "file":
                yield _kept_file(anchor.name, anchor.target)
            case "command":
                runs = os.access(anchor.command[0], os.X_OK)
                what = f"{anchor.name}: {anchor.command[0]}" + ("" if runs else " cannot be run.")
                yield Finding("anchors", "ok" if runs else "wrong", what)
            case _:
                there = not anchor.target.startswith("/") or Path(anchor.target).is_socket()
                what = f"{anchor.name}: {anchor.target}" + ("" if there else " is not there.")
                yield Finding("anchors", "ok" if there else "wrong", what)


def _kept_file(name: str, path: str) -> Finding:
    from llmsec_tui.service.auditing.anchors.kept_file import weakness

    try:
        weak = weakness(path)
    except OSError as error:
        return Finding("anchors", "wrong", f"{name}: {path} cannot be appended to: {error.strerror}.")
    return Finding("anchors", "note" if weak else "ok", f"{name}: {weak or path}")
