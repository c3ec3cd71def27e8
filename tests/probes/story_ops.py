"""What an internal agent does during the story: an engineer mends a nightly export with a coding agent."""

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

Timed = tuple[float, dict[str, Any]]

_FOLDER = "/srv/fernway/returns-export"
_SESSION = "6f0d2c1e-5b7a-4c58-9d20-3a1f8e7b4c11"
_REMINDER = (
    "\n\n<system-reminder>\nThe task list is empty. If the work has several steps, consider writing a list. Do not "
    "mention this to the user.\n</system-reminder>"
)

_LOG = (
    "2026-06-16T02:00:01Z INFO export started\n2026-06-16T02:00:09Z INFO 412 returns read\n"
    "2026-06-16T02:00:09Z ERROR row 388: amount is not a number: '13,90'\n2026-06-16T02:00:09Z INFO export aborted"
)

_CODE = (
    "1\tfrom decimal import Decimal\n2\t\n3\t\n4\tdef amount(text: str) -> Decimal:\n"
    '5\t    """The amount of a return in EUR."""\n6\t    return Decimal(text)\n'
)

_SCRIPT: tuple[tuple[str, float, Any], ...] = (
    ("user", 95, "The nightly returns export failed at two o'clock. Can you find out why?"),
    ("think", 101, "I should look at the log of the last run first."),
    ("say", 103, "I will look at the log of last night's run."),
    ("tool", 105, ("Bash", {"command": "tail -n 40 var/log/export.log", "description": "Show the last run"}, _LOG)),
    ("say", 112, "Row 388 holds an amount with a decimal comma. I will look at how amounts are read."),
    ("tool", 115, ("Grep", {"pattern": "def amount", "path": "src"}, "src/returns/money.py:4:def amount(text: str)")),
    ("tool", 121, ("Read", {"file_path": f"{_FOLDER}/src/returns/money.py"}, _CODE + _REMINDER)),
    (
        "say",
        130,
        "`amount` takes only a decimal point. Returns that are booked in by hand since Monday come with a comma. I "
        "can accept both, or refuse such rows and go on with the others. Which do you prefer?",
    ),
    ("user", 610, "Accept both, and add a test please."),
    (
        "tool",
        618,
        (
            "Edit",
            {
                "file_path": f"{_FOLDER}/src/returns/money.py",
                "old_string": "    return Decimal(text)",
                "new_string": '    return Decimal(text.replace(",", "."))',
            },
            "The file src/returns/money.py has been updated.",
        ),
    ),
    (
        "tool",
        640,
        (
            "Write",
            {
                "file_path": f"{_FOLDER}/tests/test_money.py",
                "content": "from decimal import Decimal\n\nfrom returns.money import amount\n\n\n"
                "def test_an_amount_may_have_a_decimal_comma() -> None:\n"
                '    assert amount("13,90") == Decimal("13.90")\n',
            },
            f"File created successfully at: {_FOLDER}/tests/test_money.py",
        ),
    ),
    (
        "tool",
        655,
        ("Bash", {"command": "python -m pytest -q", "description": "Run the tests"}, "........\n8 passed in 0.41s"),
    ),
    ("say", 662, "Both forms are read now, and the eight tests pass. Shall I run last night's export again?"),
    ("user", 1820, "yes, but as a dry run"),
    (
        "tool",
        1826,
        (
            "Bash",
            {"command": "bin/export --date 2026-06-15 --dry-run", "description": "Run the export without writing"},
            "412 returns read, 412 rows would be written to returns-2026-06-15.csv" + _REMINDER,
        ),
    ),
    ("say", 1834, "The dry run reads all 412 returns."),
    ("user", 2890, "Great. Commit it on a branch, I will open the merge request myself."),
    (
        "tool",
        2897,
        (
            "Bash",
            {
                "command": 'git switch -c accept-decimal-comma && git commit -am "Accept amounts with a decimal comma"',
                "description": "Commit on a branch",
            },
            "Switched to a new branch 'accept-decimal-comma'\n[accept-decimal-comma 4be19d2] Accept amounts with a "
            "decimal comma\n 2 files changed, 8 insertions(+), 1 deletion(-)",
        ),
    ),
    ("say", 2905, "Committed on `accept-decimal-comma` as 4be19d2. Nothing is pushed."),
)


def ops_session(start: float) -> Iterator[Timed]:
    """The transcript's records with their times; ``start`` is the story's, in seconds since 1970."""
    parent: str | None = None
    for number, (kind, seconds, what) in enumerate(_SCRIPT):
        for record in _records(kind, what, number):
            at = round(start + seconds + (4.2 if record["type"] == "user" and kind == "tool" else 0), 3)
            record |= {"uuid": _uuid(number, record["type"]), "timestamp": _iso(at)}
            yield at, {"parentUuid": parent, **_ENVELOPE, **record}
            parent = record["uuid"]


_ENVELOPE = {
    "isSidechain": False,
    "userType": "external",
    "cwd": _FOLDER,
    "sessionId": _SESSION,
    "version": "2.1.34",
    "gitBranch": "main",
}


def _records(kind: str, what: Any, number: int) -> Iterator[dict[str, Any]]:
    if kind == "user":
        yield {"type": "user", "permissionMode": "default", "message": {"role": "user", "content": what}}
    elif kind == "think":
        yield _assistant({"type": "thinking", "thinking": what, "signature": ""}, number)
    elif kind == "say":
        yield _assistant({"type": "text", "text": what}, number)
    else:
        name, arguments, result = what
        call = f"toolu_{_hex(24, number)}"
        yield _assistant({"type": "tool_use", "id": call, "name": name, "input": arguments}, number)
        content = [{"tool_use_id": call, "type": "tool_result", "content": result, "is_error": False}]
        yield {"type": "user", "message": {"role": "user", "content": content}}


def _assistant(part: dict[str, Any], number: int) -> dict[str, Any]:
    usage = {
        "input_tokens": 4 + number % 3,
        "cache_creation_input_tokens": 180 + 37 * number,
        "cache_read_input_tokens": 14_200 + 410 * number,
        "output_tokens": 20 + len(str(part)) // 4,
    }
    message = {
        "model": "claude-sonnet-4-5-20250929",
        "id": f"msg_{_hex(24, 'message', number)}",
        "type": "message",
        "role": "assistant",
        "content": [part],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }
    return {"type": "assistant", "requestId": f"req_{_hex(24, 'request', number)}", "message": message}


def _hex(digits: int, *parts: object) -> str:
    return blake2b(repr(parts).encode(), digest_size=digits // 2).hexdigest()


def _uuid(*parts: object) -> str:
    digits = _hex(32, *parts)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{round(seconds * 1000) % 1000:03d}Z"
