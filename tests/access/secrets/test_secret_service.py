"""A desktop's keyring that is locked, empty or silent is told about, and no prompt of it is ever opened."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.patience import PATIENCE_S

from llmsec_tui.access.secrets.keyrings import Keyring, found
from llmsec_tui.access.secrets.places import SecretsLocked, SecretsUnavailable

pytestmark = pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="there is no dbus-daemon here")

SecretService = "keyring.backends.SecretService.Keyring"
Calls = Callable[[], list[str]]


@pytest.fixture
def desktop(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Calls]:
    """A bus with a Secret Service on it; gives what it was asked once the bus is gone."""
    with ExitStack() as ending:
        daemon = _started(ending, ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1"])
        assert daemon.stdout is not None
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", daemon.stdout.readline().strip())
        service = _started(ending, [sys.executable, str(Path(__file__).with_name("secret_service.py")), request.param])
        assert service.stdout is not None
        assert service.stdout.readline() == "ready\n"

        def calls() -> list[str]:
            daemon.terminate()
            said, _ = service.communicate(timeout=PATIENCE_S)
            return str(said).split()

        yield calls


def _started(ending: ExitStack, command: list[str]) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=dict(os.environ)
    )
    ending.callback(process.wait)
    ending.callback(process.kill)
    assert process.stdout is not None
    ending.callback(process.stdout.close)
    return process


def _keyring(timeout_s: float = PATIENCE_S) -> Keyring:
    return Keyring(lambda: found([SecretService], {}), timeout_s)


@pytest.mark.parametrize("desktop", ["locked"], indirect=True)
def test_a_locked_keyring_is_told_about_and_nobody_is_asked_to_unlock_it(desktop: Calls) -> None:
    keyring = _keyring()
    with pytest.raises(SecretsLocked, match="The keyring of this desktop is locked") as refused:
        keyring.get("key")
    assert "Unlock it in the desktop's session" in refused.value.hint
    with pytest.raises(SecretsLocked):
        keyring.set("key", b"secret")
    with pytest.raises(SecretsLocked):
        keyring.delete("key")
    assert set(desktop()) == {"ReadAlias", "Get"}


@pytest.mark.parametrize("desktop", ["empty"], indirect=True)
def test_a_keyring_without_a_collection_is_told_about_and_none_is_made(desktop: Calls) -> None:
    with pytest.raises(SecretsLocked, match="has no collection yet"):
        _keyring().set("key", b"secret")
    assert set(desktop()) == {"ReadAlias"}


@pytest.mark.parametrize("desktop", ["silent"], indirect=True)
def test_a_keyring_that_says_nothing_is_given_up(desktop: Calls) -> None:
    with pytest.raises(SecretsUnavailable, match=r"did not answer within 0\.5 s"):
        _keyring(0.5).get("key")
    desktop()
