"""Passwords and passphrases at the shell: typed without echo, or one line of standard input; never an argument."""

import getpass
import sys

from llmsec_tui.errors import ConfigError

_MOST_CHARS = 1_024


def ask_secret(what: str, *, twice: bool = False) -> str:
    """Ask for it on the terminal, where there is one, else read one line; ``what`` is as in "Passphrase".

    ``twice`` has people type a new one again. Raises ConfigError for nothing, and where the two differ.
    """
    if not sys.stdin.isatty():
        return _checked(sys.stdin.readline(_MOST_CHARS).removesuffix("\n").removesuffix("\r"), what)
    secret = _checked(getpass.getpass(f"{what}: ", sys.stderr), what)
    if twice and getpass.getpass(f"{what} again: ", sys.stderr) != secret:
        raise ConfigError("These were not the same; nothing was done.")
    return secret


def _checked(secret: str, what: str) -> str:
    if not secret:
        raise ConfigError(f"There is no {what.lower()}; nothing was done.", hint="Type it, or pipe one line of it in.")
    return secret
