"""What the arguments of a tool call hold: their shape, a key for what is the same, and the command lines among them."""

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Any

import msgspec

from llmsec_tui.detect.signals.shell.names import names as _names

_MOST_PATHS = 64
_DEEPEST = 6
_LONGEST_NAME = 48
_KEY_BYTES = 8
_TALK = frozenset(
    (
        *("description", "explanation", "reasoning", "thought", "thoughts", "rationale", "justification", "reason"),
        *("timeout", "timeout_ms", "toolcallid", "tool_call_id", "request_id", "requestid", "_meta"),
    )
)
"""Arguments that say why or how long and not what: calls that differ in nothing else do the same."""

_encode = msgspec.json.Encoder(order="sorted").encode


def decoded(text: str) -> Any:
    """The arguments as data; the text itself where it is no JSON."""
    if text[:1] not in '{["':
        return text
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return text
    if isinstance(found, str) and found[:1] == "{" and found != text:
        return decoded(found)
    return found


def shape(arguments: Any) -> str:
    """All key paths with the types of their values, sorted: ``a.b:string,c[]:number``. A text is ``:text``.

    Of more than ``_MOST_PATHS`` paths or ``_DEEPEST`` levels the rest is ``…``.
    """
    if isinstance(arguments, str):
        return ":text"
    found: set[str] = set()
    _paths(arguments, "", 0, found)
    return ",".join(sorted(found))


def _paths(value: Any, path: str, depth: int, found: set[str]) -> None:
    if len(found) >= _MOST_PATHS or depth > _DEEPEST:
        found.add("…")
    elif isinstance(value, dict) and value:
        for name, one in value.items():
            clipped = name[:_LONGEST_NAME].replace(",", "")
            _paths(one, f"{path}.{clipped}" if path else clipped, depth + 1, found)
            if len(found) > _MOST_PATHS:
                return
    elif isinstance(value, list) and value:
        for one in value[:_MOST_PATHS]:
            _paths(one, f"{path}[]", depth + 1, found)
    else:
        found.add(f"{path}:{_type(value)}")


def _type(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"


def key(arguments: Any) -> str:
    """The same for arguments that ask for the same: without order, white space and remarks; 16 hexadecimal digits.

    Of a command it is that of the command, whatever tool it is given to.
    """
    try:
        lines = command_lines(arguments)
        told = _encode([_line(line) for line in lines] if lines else _told(arguments, 0))
    except (RecursionError, UnicodeEncodeError):
        told = b"no JSON can hold it"
    return blake2b(told, digest_size=_KEY_BYTES).hexdigest()


def _told(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return " ".join(value.split())
    if depth > _DEEPEST:
        return value
    if isinstance(value, list):
        return [_told(one, depth + 1) for one in value]
    if isinstance(value, dict):
        return {name: _told(one, depth + 1) for name, one in value.items() if depth or name.lower() not in _TALK}
    return value


def _line(line: str | list[str]) -> str:
    if isinstance(line, list):
        wrapped = len(line) == 3 and line[1] in ("-c", "-lc")
        line = line[2] if wrapped else " ".join(line)
    return " ".join(line.split())


_COMMANDS = frozenset(
    (
        *("command", "commands", "cmd", "cmds", "commandline", "command_line", "shell_command", "shellcommand"),
        *("bash", "bash_command", "shell", "sh", "powershell", "terminal_command", "argv", "run_command"),
    )
)
_MAYBE = frozenset(("script", "code", "input", "source", "program", "snippet", "content_to_run", "keystrokes"))
"""May hold a command line, or a program in another language."""
_LANGUAGES = ("language", "lang", "interpreter", "runtime", "type", "shell")
_SHELL_LANGUAGES = frozenset(("bash", "sh", "shell", "zsh", "powershell", "pwsh", "console", "terminal"))
_FILE_TEXTS = frozenset(
    ("path", "file_path", "filepath", "filename", "old_string", "new_string", "file_text", "old_str")
)
"""Beside these, ``input`` is a file's text."""
_EDITS = ("view", "create", "str_replace", "insert", "undo_edit", "delete", "rename")
"""What an editor does is called its command too."""


def program_texts(arguments: Any) -> list[str]:
    """What the arguments ask to be run in a language that is no shell's."""
    if not isinstance(arguments, dict) or any(name in _FILE_TEXTS for name in arguments):
        return []
    told = [value for name, value in arguments.items() if name.lower() in _MAYBE and isinstance(value, str)]
    return [value for value in told if not _is_shell(value, arguments)]


def command_lines(arguments: Any) -> list[str | list[str]]:
    """What the arguments ask to be run: a line for a shell, or words of a single command."""
    return list(_lines(arguments, 0))


def _lines(arguments: Any, depth: int) -> Iterator[str | list[str]]:
    if isinstance(arguments, str):
        if depth == 0 and _opens_like_a_command(arguments):
            yield arguments
        return
    if isinstance(arguments, list):
        for one in arguments[:_MOST_PATHS]:
            if isinstance(one, dict) and depth < _DEEPEST:
                yield from _lines(one, depth + 1)
        return
    if not isinstance(arguments, dict):
        return
    is_editor = any(name in _FILE_TEXTS for name in arguments)
    for name, value in arguments.items():
        lower = name.lower()
        if lower in _COMMANDS:
            if not (is_editor and value in _EDITS):
                yield from _command(value, arguments.get("args"))
        elif lower in _MAYBE and isinstance(value, str):
            if not is_editor and _is_shell(value, arguments):
                yield value
        elif isinstance(value, dict | list) and depth < _DEEPEST:
            yield from _lines(value, depth + 1)
        elif isinstance(value, str) and value[:1] == "{" and depth < _DEEPEST and not is_editor:
            inner = decoded(value)
            if isinstance(inner, dict):
                yield from _lines(inner, depth + 1)


def _command(value: Any, args: Any) -> Iterator[str | list[str]]:
    if isinstance(value, str):
        words = [word for word in args if isinstance(word, str)] if isinstance(args, list) else []
        yield [value, *words] if words else value
    elif isinstance(value, list):
        words = [word for word in value if isinstance(word, str)]
        lines = any(" " in word for word in words[:1])
        if lines:
            yield from words
        elif words:
            yield words


def _is_shell(text: str, arguments: dict[str, Any]) -> bool:
    for name in _LANGUAGES:
        if isinstance(said := arguments.get(name), str) and said:
            return said.lower() in _SHELL_LANGUAGES
    return _opens_like_a_command(text)


_FIRST_WORDS = _names(
    "alias apt apt-get awk aws az bash base64 brew bun cargo cat cd chmod chown cmd cp crontab curl cut date "
    "dd deno df diff docker doas du echo env eval export find fly gcloud gem gh git go gpg grep gsutil gzip "
    "head helm history id iex iptables iwr java journalctl jq kill killall kubectl launchctl less ln ls make "
    "mkdir mkfs mkfifo mongo mount mv mvn mysql nc ncat netcat nft nmap node nohup npm npx nslookup openssl "
    "passwd perl php pip pip3 pipenv pkill pnpm podman poetry powershell printenv printf ps psql pulumi pwd "
    "pwsh pytest python python3 rclone redis-cli rm rmdir rsync ruby schtasks scp screen sed service set "
    "setenforce sftp sh shred socat sort source ssh su sudo systemctl tail tar tee telnet terraform test "
    "timeout tmux touch truncate uname unzip uv vault wc wget which whoami xargs xxd yarn zip zsh ufw unset "
    "usermod security wevtutil reg netsh del rd"
)


def _opens_like_a_command(text: str) -> bool:
    """Whether its first word is a well-known program and nothing says that it is another language."""
    lines: Sequence[str] = text[:2048].lstrip().split("\n", 1)
    if lines[0].startswith("#!"):
        return "python" not in lines[0] and "node" not in lines[0] and "perl" not in lines[0]
    words = lines[0].split(None, 2)
    if not words:
        return False
    first = words[0].strip("({\"'`").rsplit("/", 1)[-1].rstrip(";").lower()
    return first in _FIRST_WORDS and (len(words) == 1 or words[1] not in ("=", "+=", "is", "are", "the"))
