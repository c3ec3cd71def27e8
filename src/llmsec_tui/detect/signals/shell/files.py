"""What tools for files and addresses do, told from their arguments: the same actions as those of commands."""

from collections.abc import Iterator
from typing import Any

from llmsec_tui.detect.signals.shell.hosts import METADATA, hosts_of_address
from llmsec_tui.detect.signals.shell.paths import (
    is_agent_instruction,
    is_agent_setting,
    is_credential,
    is_environment,
    is_login_script,
    plain,
    starts_by_itself,
)

_PATHS = frozenset(
    (
        "path",
        "file_path",
        "filepath",
        "filename",
        "file",
        "absolute_path",
        "target_file",
        "uri",
        "relative_path",
        "paths",
    )
)
_CONTENTS = frozenset(
    (
        *(
            "content",
            "contents",
            "new_string",
            "old_string",
            "new_str",
            "old_str",
            "file_text",
            "text",
            "edits",
            "patch",
        ),
        *("replacement", "code_edit", "insert_text", "insert_line", "diff", "data", "new_source", "changes", "body"),
    )
)
_ADDRESSES = frozenset(
    ("url", "uri", "href", "endpoint", "link", "address", "host", "target", "urls", "webhook", "base_url")
)
_PATCH_STARTS = ("*** Add File: ", "*** Update File: ", "*** Move to: ", "+++ b/")
_NETWORKED = ("curl ", "wget ", "/dev/tcp", "base64 -d", "nc ", "http://", "https://")
_MOST_LINES = 20_000


def file_actions(arguments: Any) -> Iterator[str]:
    """Names of ``actions.ACTIONS``: of reading where there is a path alone, of writing where there is a content too."""
    if isinstance(arguments, str):
        yield from _of_patch(arguments)
        return
    if not isinstance(arguments, dict):
        return
    names = {name.lower() for name in arguments}
    writes = not names.isdisjoint(_CONTENTS)
    for name, given in arguments.items():
        lower = name.lower()
        if lower in _PATHS:
            for path in _texts(given):
                yield from _written(path, arguments) if writes else _read(path)
        elif lower in ("patch", "input", "diff") and isinstance(given, str):
            yield from _of_patch(given)
    if not METADATA.isdisjoint(addressed(arguments)):
        yield "reads_metadata"


def addressed(arguments: Any) -> list[str]:
    """The hosts that the arguments name as an address."""
    if not isinstance(arguments, dict):
        return []
    told = (text for name, given in arguments.items() if name.lower() in _ADDRESSES for text in _texts(given))
    return [host for text in told for host in hosts_of_address(text)]


def _texts(given: Any) -> list[str]:
    found = given[:64] if isinstance(given, list) else [given]
    return [text for text in found if isinstance(text, str) and len(text) < 4096]


def _read(path: str) -> Iterator[str]:
    if is_credential(path):
        yield "reads_credentials"
    if is_environment(path):
        yield "dumps_environment"


def _written(path: str, arguments: dict[str, Any]) -> Iterator[str]:
    if is_agent_setting(path):
        yield "changes_agent"
    if is_agent_instruction(path):
        yield "instructs_agent"
    if plain(path).startswith("/etc/sudoers"):
        yield "escalates"
    if starts_by_itself(path):
        yield "persists"
    elif is_login_script(path):
        told = " ".join(text for text in arguments.values() if isinstance(text, str))
        if any(part in told for part in _NETWORKED):
            yield "persists"


def _of_patch(text: str) -> Iterator[str]:
    if not text.startswith(("*** ", "--- ", "diff ")):
        return
    for line in text.split("\n", _MOST_LINES)[:_MOST_LINES]:
        start = next((start for start in _PATCH_STARTS if line.startswith(start)), None)
        if start is not None:
            yield from _written(line.removeprefix(start).strip(), {})
