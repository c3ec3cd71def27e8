"""The programs that a command line runs, one by one, out of pipes, substitutions, wrappers and shells within shells."""

from base64 import b64decode
from binascii import Error
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from llmsec_tui.detect.signals.shell.reading import read
from llmsec_tui.detect.signals.shell.tree import Command, Script
from llmsec_tui.detect.signals.shell.wrappers import wrapped

SHELLS = frozenset(("sh", "bash", "zsh", "dash", "ksh", "ash", "fish", "rbash", "csh", "tcsh"))
POWERSHELLS = frozenset(("powershell", "pwsh"))
_DEEPEST = 6
"""Shells within shells, and wrappers within wrappers."""
_MOST_FEEDS = 16
_MOST_RUNS = 4096
_LONGEST_NAME = 64
_LONGEST_LINE = 131_072
"""Characters that are read. Linux takes no longer argument, so no tool can hand a longer command to a shell."""
_LOGIN = frozenset(("su", "runuser"))
_NO_SCRIPT = frozenset(("-o", "-O", "--rcfile", "--init-file"))


@dataclass(frozen=True, slots=True)
class Run:
    """One program and what it is given."""

    program: str
    """Its name without a path, in lower case."""
    args: tuple[str, ...] = ()
    redirects: tuple[tuple[str, str], ...] = ()
    assigned: tuple[tuple[str, str], ...] = ()
    feeds: tuple["Run", ...] = ()
    """What writes to its standard input."""
    fills: tuple["Run", ...] = ()
    """What its arguments are made of."""
    stdin: tuple[str, ...] = ()
    """Text that the command line itself gives it to read."""
    path: str = ""
    """Its name as it was written."""
    elevated: bool = False
    remote: bool = False
    background: bool = False


@dataclass(frozen=True, slots=True)
class _Around:
    """What a command inherits from where it stands."""

    feeds: tuple[Run, ...] = ()
    fills: tuple[Run, ...] = ()
    elevated: bool = False
    remote: bool = False
    level: int = 0


def runs(text: str, *, windows: bool = False) -> list[Run]:
    """All programs that a command line would run, in the order in which they stand; at most ``_MOST_RUNS``."""
    known: dict[str, str] = {}
    return list(_first(_script(read(text[:_LONGEST_LINE], windows=windows, known=known), _Around(), windows)))


def runs_of_words(words: Sequence[str]) -> list[Run]:
    """The same of a command that is already words, as in ``["bash", "-lc", "ls"]``."""
    return list(_first(_words(words, Command(words=list(words)), _Around(), windows=False)))


def _first(found: Iterator[Run]) -> Iterator[Run]:
    for _, run in zip(range(_MOST_RUNS), found, strict=False):
        yield run


def _script(script: Script, around: _Around, windows: bool) -> Iterator[Run]:
    for pipeline in script:
        feeds = around.feeds
        for command in pipeline:
            stage = list(_command(command, _with_feeds(around, feeds), windows))
            yield from stage
            feeds = (*feeds, *stage)[-_MOST_FEEDS:]


def _with_feeds(around: _Around, feeds: tuple[Run, ...]) -> _Around:
    return _Around(feeds, around.fills, around.elevated, around.remote, around.level)


def _command(command: Command, around: _Around, windows: bool) -> Iterator[Run]:
    inside = _Around((), (), around.elevated, around.remote, around.level)
    fills: list[Run] = []
    for script in command.inner:
        fills.extend(_first(_script(script, inside, windows)))
    yield from fills
    filled = _Around(around.feeds, tuple(fills[:_MOST_FEEDS]), around.elevated, around.remote, around.level)
    if command.words:
        yield from _words(command.words, command, filled, windows)
    elif command.redirects or command.assigned:
        yield _run("", "", (), command, filled)
    for script in command.groups:
        yield from _script(script, around, windows)


def _words(words: Sequence[str], command: Command, around: _Around, windows: bool) -> Iterator[Run]:
    if windows and len(words) > 2 and words[0].startswith("$") and words[1] == "=":
        words = words[2:]
    path, args = words[0], tuple(words[1:])
    program = basename(path)
    yield _run(program, path, args, command, around)
    if around.level >= _DEEPEST:
        return
    inner = wrapped(program, args)
    below = _Around(
        around.feeds,
        around.fills,
        around.elevated or (inner is not None and inner.elevated),
        around.remote or (inner is not None and inner.remote),
        around.level + 1,
    )
    if inner is not None:
        # Of ssh, the other side's shell reads all words as one line.
        told = " ".join(inner.words)
        if program == "ssh" or (len(inner.words) == 1 and " " in told):
            yield from _script(read(told), below, windows=False)
        else:
            yield from _words(inner.words, command, below, windows)
    elif (script := _given(program, args, command, windows)) is not None:
        text, dialect = script
        yield from _script(read(text, windows=dialect), below, dialect)


def _given(program: str, args: Sequence[str], command: Command, windows: bool) -> tuple[str, bool] | None:
    """A command line among the arguments or on standard input, and whether it is one of Windows."""
    if program in SHELLS or program in _LOGIN:
        text = _after_c(args)
        if text is None and command.stdin and not _script_file(args):
            text = "\n".join(command.stdin)
        return None if text is None else (text, False)
    if program == "eval":
        return " ".join(args), windows
    if program in POWERSHELLS:
        return _powershell(args)
    if program == "cmd":
        at = next((at for at, word in enumerate(args) if word.lower() in ("/c", "/k", "/r")), -1)
        return (" ".join(args[at + 1 :]), True) if at >= 0 else None
    if program in ("iex", "invoke-expression") and args:
        return " ".join(args), True
    return None


def _after_c(args: Sequence[str]) -> str | None:
    for at, word in enumerate(args[:-1]):
        if word.startswith("-") and not word.startswith("--") and "c" in word and word not in _NO_SCRIPT:
            return args[at + 1]
        if word == "--command":
            return args[at + 1]
    return None


def _script_file(args: Sequence[str]) -> bool:
    """Whether a shell reads a file and not what stands on its standard input."""
    return any(not word.startswith("-") for word in args) and "-s" not in args


def _powershell(args: Sequence[str]) -> tuple[str, bool] | None:
    for at, word in enumerate(args):
        option = word.lower().lstrip("-/")
        if not word.startswith(("-", "/")):
            return " ".join(args[at:]), True
        if option and "encodedcommand".startswith(option) and option[0] == "e" and option != "ex":
            return decoded_command("".join(args[at + 1 : at + 2])), True
        if option in ("c", "command"):
            return " ".join(args[at + 1 :]), True
        if option in ("file", "f"):
            return None
        if option in ("executionpolicy", "ep", "ex", "exec", "version", "windowstyle", "w", "workingdirectory"):
            return _powershell(args[at + 2 :])
    return None


def decoded_command(text: str) -> str:
    """What PowerShell's ``-EncodedCommand`` stands for; empty when it stands for nothing."""
    try:
        return b64decode(text + "=" * (-len(text) % 4), validate=True).decode("utf-16-le")
    except (Error, ValueError):
        return ""


def _run(program: str, path: str, args: tuple[str, ...], command: Command, around: _Around) -> Run:
    return Run(
        program,
        args,
        tuple(command.redirects),
        tuple(command.assigned),
        around.feeds,
        around.fills,
        tuple(command.stdin),
        path,
        around.elevated,
        around.remote,
        command.background,
    )


def basename(path: str) -> str:
    """A program's name: without folders, in lower case, without ``.exe``; empty when it can be no name."""
    name = path.replace("\\", "/").rsplit("/", 1)[-1].lower().removesuffix(".exe")
    if not name or len(name) > _LONGEST_NAME or not (name[0].isalnum() or name in (".", ":", "[")):
        return ""
    return name if all(letter.isalnum() or letter in "._+-:[@" for letter in name) else ""
