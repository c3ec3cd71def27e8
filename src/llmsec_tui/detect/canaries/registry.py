"""Read and write ``canaries.yml``: which token was planted where, and since when."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from llmsec_tui.detect.canaries import token as tokens
from llmsec_tui.detect.sigma.document import Document
from llmsec_tui.detect.sigma.reading import parse, read, text
from llmsec_tui.errors import RuleIssue

FILE = "canaries.yml"
MOST = 200
"""Each takes a look at every text."""
_HEAD = "# Canaries: tokens in prompts. Written by llmsec-tui canary add and retire; for nobody else to read.\n"
_KEYS = ("id", "app", "prompt", "planted", "token", "retired")
_MOST_NAME = 200
_OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class Canary:
    """One token in one prompt."""

    name: str
    """C-3"""
    app: str
    prompt: str
    planted: datetime
    """UTC."""
    token: str
    """Empty once it is retired."""
    retired: datetime | None = None

    @property
    def digest(self) -> str:
        """Stands for the token where it is not to be seen; of a retired one, empty."""
        return sha256(self.token.encode()).hexdigest() if self.token else ""


def load(path: Path) -> tuple[list[Canary], list[RuleIssue]]:
    """The canaries of a file, and all that is wrong with it; of a file that is not there, none."""
    if not path.exists():
        return [], []
    document = opened(path)
    found = list(canaries(document)) if not document.issues else []
    return found, document.issues


def opened(path: Path) -> Document:
    """The file as a document; what is wrong with it as YAML, or with who can read it, is noted there."""
    content = text(path)
    if (content is not None and not content.strip(" \n")) or content == _HEAD:
        return Document(path, b"", {"canaries": []})
    document, *others = read(path) if content is None else parse(path, content)
    if others:
        document.complain("canary", "there is another document after this one; a file of canaries is one")
    if content is not None and path.stat().st_mode & _OTHERS:
        document.complain("exposed", f"others than its owner can read or write it. Run: chmod 600 {path}")
    return document


def canaries(document: Document) -> Iterator[Canary]:
    """The canaries in it that are in order; what is wrong with the others is noted in it."""
    listed = document.data.get("canaries")
    for key in document.data.keys() - {"canaries"}:
        document.complain("unknown-key", f"there is no '{key}' here; known is canaries", key)
    if not isinstance(listed, list):
        document.complain("canary", "'canaries' is a list", "canaries")
        return
    if len(listed) > MOST:
        document.complain("canary", f"there are more than {MOST} canaries; retire some", "canaries")
    seen: set[str] = set()
    for number, one in enumerate(listed):
        canary, why = _made(one)
        if canary is None:
            document.complain("canary", why, "canaries", number)
        elif seen & {canary.name, canary.token} - {""}:
            document.complain("canary", f"{canary.name}: this id or token is here twice", "canaries", number)
        else:
            seen |= {canary.name, canary.token}
            yield canary


def written(found: Iterable[Canary]) -> bytes:
    """The file of these canaries."""
    lines = [_HEAD, "canaries:\n"]
    rows = [_row(canary) for canary in found]
    if not rows:
        return f"{_HEAD}canaries: []\n".encode()
    for row in rows:
        fields = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in row.items()]
        lines += [f"  {'- ' if not place else '  '}{field}\n" for place, field in enumerate(fields)]
    return "".join(lines).encode()


def planted(found: Sequence[Canary], app: str, prompt: str, token: str, at: datetime) -> Canary:
    """Another canary, with the next free name."""
    last = max((int(one.name.partition("-")[2]) for one in found), default=0)
    return Canary(f"C-{last + 1}", app, prompt, at.replace(microsecond=0), token)


def retired(canary: Canary, at: datetime) -> Canary:
    """The canary without its token: it is not looked for any more, and nobody learns it from the file."""
    return replace(canary, token="", retired=at.replace(microsecond=0))


def name_problem(what: str, name: str) -> str:
    """Why an application or prompt cannot be called this; empty where it can."""
    if not name.strip() or len(name) > _MOST_NAME or not name.isprintable():
        return f"'{what}' is one line of 1 to {_MOST_NAME} characters"
    return ""


def _made(row: Any) -> tuple[Canary | None, str]:
    if not isinstance(row, dict):
        return None, "a canary is a mapping"
    name = row.get("id")
    if not (isinstance(name, str) and name.startswith("C-") and name[2:].isascii() and name[2:].isdigit()):
        return None, f"'id' is C- and a number; this is {name!r:.40}"
    if unknown := row.keys() - set(_KEYS):
        return None, f"{name}: there is no '{min(unknown)}' here; known are {', '.join(_KEYS)}"
    for key in ("app", "prompt"):
        if not isinstance(row.get(key), str) or (why := name_problem(key, row[key])):
            return None, f"{name}: '{key}' is one line of 1 to {_MOST_NAME} characters"
    times = [_moment(row.get(key)) for key in ("planted", "retired")]
    if times[0] is None or (times[1] is None and row.get("retired") is not None):
        return None, f"{name}: 'planted' and 'retired' are times such as 2026-01-31T12:00:00Z"
    token = row.get("token", "")
    if not isinstance(token, str) or bool(token) is (times[1] is not None):
        return None, f"{name}: a canary has a 'token' in quotes, or is retired and has none"
    if token and (why := tokens.weakness(token)):
        return None, f"{name}: its token {why}"
    return Canary(name, row["app"], row["prompt"], times[0], token, times[1]), ""


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment is not None and moment.tzinfo is not None else None


def _row(canary: Canary) -> dict[str, str]:
    row = {"id": canary.name, "app": canary.app, "prompt": canary.prompt, "planted": canary.planted.isoformat()}
    return row | ({"token": canary.token} if canary.retired is None else {"retired": canary.retired.isoformat()})
