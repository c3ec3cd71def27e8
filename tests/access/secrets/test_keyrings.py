"""A keyring is used where a real one answers in time; any other is refused by its name, and nobody is asked."""

import sys
import traceback
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.access.secrets.backends import SECRET, Fails, Hangs, InMemory, Null

from llmsec_tui.access.secrets.keyrings import ALLOWED, Keyring, found, qualified
from llmsec_tui.access.secrets.places import SecretsUnavailable

SOON_S = 0.2


@pytest.fixture
def hanging() -> Iterator[Hangs]:
    backend = Hangs()
    yield backend
    backend.end.set()


def test_a_secret_of_any_bytes_comes_back_as_it_was() -> None:
    keyring = Keyring(InMemory)
    assert keyring.get("key") is None
    keyring.set("key", SECRET)
    assert keyring.get("key") == SECRET
    keyring.delete("key")
    keyring.delete("key")
    assert keyring.get("key") is None


def test_a_keyring_that_hangs_is_given_up_with_the_way_out(hanging: Hangs) -> None:
    keyring = Keyring(lambda: hanging, SOON_S)
    with pytest.raises(SecretsUnavailable, match="did not answer within") as refused:
        keyring.get("key")
    assert "audit key init --place vault" in refused.value.hint
    with pytest.raises(SecretsUnavailable, match="did not answer within"):
        keyring.set("key", SECRET)


def test_a_search_for_a_keyring_that_hangs_is_given_up_too(hanging: Hangs) -> None:
    def search() -> InMemory:
        hanging.end.wait()
        return InMemory()

    with pytest.raises(SecretsUnavailable, match="of this machine did not answer"):
        Keyring(search, SOON_S).describe()


def test_what_a_failing_keyring_says_is_not_repeated_because_the_secret_may_be_in_it() -> None:
    with pytest.raises(SecretsUnavailable) as refused:
        Keyring(Fails).set("key", SECRET)
    told = "".join(traceback.format_exception(refused.value))
    assert "failed (RuntimeError)" in refused.value.message
    assert b64encode(SECRET).decode() not in told


def test_a_keyring_that_takes_a_secret_and_keeps_nothing_is_found_out() -> None:
    with pytest.raises(SecretsUnavailable, match="Null took a secret and did not give it back"):
        Keyring(Null).set("key", SECRET)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("keyring.backends.null.Keyring", "it keeps nothing"),
        ("keyring.backends.fail.Keyring", "it is no keyring"),
        ("keyrings.alt.file.PlaintextKeyring", "it keeps secrets in clear"),
        ("keyrings.alt.file.EncryptedKeyring", "it asks for a password on the terminal"),
        ("keyrings.cryptfile.cryptfile.CryptFileKeyring", "it asks for a password on the terminal"),
        ("keyring.backends.chainer.ChainerBackend", "it passes secrets on"),
        ("somebody.wrote.This", "nobody has vouched for it"),
    ],
)
def test_a_keyring_that_is_not_on_the_list_is_refused_by_name_when_settings_choose_it(name: str, why: str) -> None:
    with pytest.raises(SecretsUnavailable) as refused:
        found(settings={"PYTHON_KEYRING_BACKEND": name})
    assert name in refused.value.message
    assert "PYTHON_KEYRING_BACKEND" in refused.value.message
    assert why in refused.value.message


def test_a_refused_keyring_is_not_even_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "prompting_keyring.py").write_text(
        "import pathlib\npathlib.Path(__file__).with_name('loaded').touch()\nclass Keyring: ...\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(SecretsUnavailable, match=r"prompting_keyring\.Keyring"):
        found(settings={"PYTHON_KEYRING_BACKEND": "prompting_keyring.Keyring"})
    assert "prompting_keyring" not in sys.modules
    assert not (tmp_path / "loaded").exists()


def test_the_settings_file_of_keyring_is_heeded_and_refused_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keyring.util.platform_.config_root", lambda: tmp_path)
    (tmp_path / "keyringrc.cfg").write_text("[backend]\ndefault-keyring=keyrings.alt.file.PlaintextKeyring\n")
    with pytest.raises(SecretsUnavailable, match=r"keyringrc\.cfg chooses, is refused: it keeps secrets in clear"):
        found(settings={})
    (tmp_path / "keyringrc.cfg").write_bytes(b"\xff\xfe not a file of settings")
    with pytest.raises(SecretsUnavailable, match=r"keyringrc\.cfg cannot be read"):
        found(settings={})


def test_the_first_keyring_of_the_list_that_works_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(InMemory):
        viable = False

    class Working(InMemory):
        viable = True

    monkeypatch.setattr(sys.modules[__name__], "Broken", Broken, raising=False)
    monkeypatch.setattr(sys.modules[__name__], "Working", Working, raising=False)
    names = [f"{__name__}.Broken", f"{__name__}.Working"]
    assert isinstance(found(names, {}), Working)
    with pytest.raises(SecretsUnavailable, match="no keyring that can be used"):
        found(names[:1], {})


def test_a_machine_without_a_desktop_has_no_keyring_and_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    if sys.platform != "linux":
        pytest.skip("desktops of other systems have a keyring without D-Bus")
    with pytest.raises(SecretsUnavailable, match="no keyring that can be used"):
        found(ALLOWED, {})


def test_every_name_on_the_list_is_spelled_as_its_package_spells_it() -> None:
    from importlib import import_module

    for name in ALLOWED:
        module, _, kind = name.rpartition(".")
        assert qualified(getattr(import_module(module), kind)) == name
