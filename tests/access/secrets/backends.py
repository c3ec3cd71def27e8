"""Keyrings as bad as they come, and what tests of the vault share; none of it is ever shipped."""

import threading

from llmsec_tui.access.secrets.vault_file import Cost

CHEAP = Cost(memory_kib=19_456, passes=2, lanes=1)
PASSPHRASE = "five words would do here"
SECRET = b"\x00the secret of the tests\xff"


class InMemory:
    """A keyring that works."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class Hangs(InMemory):
    """Waits for a prompt that nobody sees, as a locked Secret Service does over SSH."""

    def __init__(self) -> None:
        super().__init__()
        self.end = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.end.wait()
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        self.end.wait()

    def delete_password(self, service: str, username: str) -> None:
        self.end.wait()


class Fails(InMemory):
    """Raises, with the secret in what it says."""

    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError(f"could not keep {password}")


class Null(InMemory):
    """Takes everything and keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        return


class Memory:
    """A cache as the kernel's is, without the kernel."""

    place = "memory"

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def get(self, name: str) -> bytes | None:
        return self.kept.get(name)

    def set(self, name: str, value: bytes) -> None:
        self.kept[name] = value

    def delete(self, name: str) -> None:
        self.kept.pop(name, None)

    def describe(self) -> str:
        return "memory"
