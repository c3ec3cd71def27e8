"""Files that a command makes: new ones, for their owner's eyes."""

import os
from pathlib import Path

from llmsec_tui.errors import ConfigError


def write_new(path: Path, content: bytes, hint: str = "Name another.") -> None:
    """Write a file that is not there yet, with mode 0600. Raises ConfigError for one that is, or cannot be written."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(content)
    except FileExistsError as error:
        raise ConfigError(f"{path} is there already; nothing was written.", hint=hint) from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.", hint=hint) from error
