"""The kernel's keyring keeps bytes until the machine restarts, and systemd's credentials are read and never written."""

from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest
from tests.access.secrets.backends import SECRET

from llmsec_tui.access.secrets.credentials import Credentials
from llmsec_tui.access.secrets.kernel import KernelKeyring
from llmsec_tui.access.secrets.places import SecretsUnavailable


@pytest.fixture
def entry() -> Iterator[str]:
    """The name of a secret in the kernel that no other test has; it is gone afterwards."""
    keyring, name = KernelKeyring(), f"test:{token_hex(8)}"
    try:
        keyring.describe()
    except SecretsUnavailable as error:
        pytest.skip(f"this system lets us have no kernel keyring: {error.message}")
    yield name
    keyring.delete(name)


def test_the_kernel_keeps_any_bytes_and_gives_them_to_every_process_of_the_user(entry: str) -> None:
    assert KernelKeyring().get(entry) is None
    KernelKeyring().set(entry, SECRET)
    assert KernelKeyring().get(entry) == SECRET
    KernelKeyring().set(entry, b"\0" * 32)
    assert KernelKeyring().get(entry) == b"\0" * 32
    KernelKeyring().delete(entry)
    assert KernelKeyring().get(entry) is None
    KernelKeyring().delete(entry)


def test_what_the_kernel_refuses_is_told_in_a_sentence(entry: str) -> None:
    with pytest.raises(SecretsUnavailable, match="The kernel's keyring cannot be used: "):
        KernelKeyring().set(entry, bytes(40_000))


def test_another_machine_has_no_kernel_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "pdp11")
    with pytest.raises(SecretsUnavailable, match="no kernel keyring for us"):
        KernelKeyring().get("key")


def test_a_credential_is_read_from_the_folder_that_systemd_names(tmp_path: Path) -> None:
    (tmp_path / "llmsec-tui.signing-key").write_bytes(SECRET)
    credentials = Credentials({"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert credentials.get("signing-key") == SECRET
    assert credentials.get("other") is None
    assert str(tmp_path) in credentials.describe()
    assert Credentials({}).get("signing-key") is None


def test_a_credential_is_neither_written_nor_removed(tmp_path: Path) -> None:
    (tmp_path / "llmsec-tui.signing-key").write_bytes(SECRET)
    credentials = Credentials({"CREDENTIALS_DIRECTORY": str(tmp_path)})
    with pytest.raises(SecretsUnavailable, match="can only be read"):
        credentials.set("signing-key", b"")
    with pytest.raises(SecretsUnavailable, match="can only be read"):
        credentials.delete("signing-key")
    assert (tmp_path / "llmsec-tui.signing-key").read_bytes() == SECRET


def test_a_credential_that_is_no_key_by_its_size_or_kind_is_refused(tmp_path: Path) -> None:
    credentials = Credentials({"CREDENTIALS_DIRECTORY": str(tmp_path)})
    (tmp_path / "llmsec-tui.signing-key").mkdir()
    with pytest.raises(SecretsUnavailable, match="cannot be read"):
        credentials.get("signing-key")
    (tmp_path / "llmsec-tui.long").write_bytes(bytes(70_000))
    with pytest.raises(SecretsUnavailable, match="longer than 64 KiB"):
        credentials.get("long")
