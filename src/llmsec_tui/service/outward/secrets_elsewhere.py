"""Secrets that a policy only points at: ``file:/path`` and ``env:NAME`` are looked up when they are needed."""

import os
from pathlib import Path

from llmsec_tui.errors import ConfigError

_MOST_BYTES = 64 * 1024
_FEWEST_CHARS = 5
"""Parts of an address that are shorter are words such as "www", which it would help nobody to hide."""
_BETWEEN_PARTS = "/:@?&=#,; "
_ORDINARY = frozenset({"http", "https", "mailto", "localhost", "slack", "discord", "hooks", "services", "webhook"})


def resolved(written: str, whose: str) -> str:
    """The value itself, without space around it where it comes from a file.

    ``whose`` completes "The file … of"; no error says anything of the value. Raises ConfigError.
    """
    if written.startswith("file:"):
        return _of_file(written.removeprefix("file:"), whose)
    if written.startswith("env:"):
        name = written.removeprefix("env:")
        if (value := os.environ.get(name, "").strip()) == "":
            raise ConfigError(
                f"The variable {name} of {whose} is not set for the collector.",
                hint="Set it where the collector is started, or use file:/path.",
            )
        return value
    return written


def without(text: str, *secrets: str) -> str:
    """The text without any part of these addresses and tokens that is long enough to be worth something."""
    parts = {part for secret in secrets for part in [secret, *_parts(secret)] if len(part) >= _FEWEST_CHARS}
    for part in sorted(parts - _ORDINARY, key=len, reverse=True):
        text = text.replace(part, "…")
    return text


def _of_file(path: str, whose: str) -> str:
    try:
        with Path(path).open("rb") as file:
            value = file.read(_MOST_BYTES).decode().strip()
    except OSError as error:
        raise ConfigError(
            f"The file {path} of {whose} cannot be read: {(error.strerror or 'it is no file').lower()}.",
            hint="The collector reads it as the user who started it.",
        ) from None
    except UnicodeDecodeError:
        value = ""
    if not value:
        raise ConfigError(f"The file {path} of {whose} holds no text.", hint="Put the address or token in it.")
    return value


def _parts(secret: str) -> list[str]:
    for mark in _BETWEEN_PARTS:
        secret = secret.replace(mark, "\n")
    return secret.split("\n")
