"""Credentials that systemd hands to a service (``LoadCredential=``, ``LoadCredentialEncrypted=``); read only."""

import os
from collections.abc import Mapping
from pathlib import Path

from llmsec_tui.access.secrets.places import SERVICE, SecretsUnavailable

_MOST_BYTES = 64 * 1024


class Credentials:
    """A :class:`~llmsec_tui.access.secrets.places.SecretStore` that somebody else fills."""

    place = "credential"

    def __init__(self, settings: Mapping[str, str] = os.environ) -> None:
        self._folder = settings.get("CREDENTIALS_DIRECTORY", "")

    def get(self, name: str) -> bytes | None:
        if not self._folder:
            return None
        path = Path(self._folder, f"{SERVICE}.{name}")
        try:
            with path.open("rb") as file:
                value = file.read(_MOST_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SecretsUnavailable(f"The credential {path} cannot be read: {error.strerror}.") from None
        if len(value) > _MOST_BYTES:
            raise SecretsUnavailable(f"The credential {path} is longer than {_MOST_BYTES >> 10} KiB; it is no key.")
        return value

    def set(self, name: str, value: bytes) -> None:
        raise self._read_only(name)

    def delete(self, name: str) -> None:
        raise self._read_only(name)

    def describe(self) -> str:
        return f"the credentials of systemd in {self._folder}" if self._folder else "no credentials of systemd"

    def _read_only(self, name: str) -> SecretsUnavailable:
        return SecretsUnavailable(
            "The credentials of systemd can only be read.", hint=f"Change {SERVICE}.{name} in the service's unit."
        )
