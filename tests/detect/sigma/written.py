"""Rule files for the tests of reading them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from tests.detect.parts import body

from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.detect.ruleset import read
from llmsec_tui.errors import RuleIssue


class _Plain(yaml.SafeDumper):
    """Writes a value out again where it occurs again."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def number(n: int) -> str:
    """The id of the n-th rule."""
    return f"00000000-0000-4000-8000-{n:012d}"


def base(n: int, name: str = "", **selection: Any) -> dict[str, Any]:
    """A rule that is only there to be counted; ``|`` in fields is written as ``__``."""
    named = {field.replace("__", "|"): value for field, value in selection.items()} or {"text|contains": f"word{n}"}
    called = {"name": name} if name else {}
    return {
        "title": f"Base {n}",
        "id": number(n),
        **called,
        "logsource": {"product": "llm", "category": "injection"},
        "detection": {"it": named, "condition": "it"},
    }


def over_time(n: int, **changes: Any) -> dict[str, Any]:
    """A rule over time that is in order but for its block, which is in ``changes``."""
    whole = body({}, id=number(n), title=f"Rule over time {n}", logsource=None, detection=None, **changes)
    examples = {"match": [[{"at": "0s", "text": "a"}]], "no_match": [[{"at": "0s", "text": "b"}]]}
    return whole | {"llmsec": whole["llmsec"] | {"examples": examples}}


def correlation(n: int, rules: list[str] | None, kind: str = "event_count", **block: Any) -> dict[str, Any]:
    """A correlation; ``group_by`` is written with an underscore here."""
    named = {key.replace("_", "-"): value for key, value in block.items()}
    listed = {} if rules is None else {"rules": rules}
    whole = {"type": kind, **listed, "timespan": "5m", "group-by": ["user_id"], **named}
    if kind == "event_count":
        whole.setdefault("condition", {"gte": 3})
    return over_time(n, correlation={key: value for key, value in whole.items() if value is not None})


def monitor(n: int, **block: Any) -> dict[str, Any]:
    """A monitor over tool results; ``group_by`` is written with an underscore here."""
    named = {key.replace("group_by", "group-by"): value for key, value in block.items()}
    detection = {"it": {"kind": "tool_result"}, "condition": "it"}
    given = over_time(n, detector={"timespan": "1h", **named})
    return given | {"logsource": {"product": "llm"}, "detection": detection}


def watch(n: int, series: Mapping[str, Any] | None = None, **block: Any) -> dict[str, Any]:
    """A monitor of behaviour, money or rules, with one series of each kind."""
    one = {"mean": 0.1, **(series or {})}
    examples = {"match": [{**one, "to": 0.9}], "no_match": [one]}
    whole = body({}, id=number(n), title=f"Watch {n}", detection=None, monitor=block)
    return whole | {"llmsec": whole["llmsec"] | {"examples": examples}}


def write_all(path: Path, *documents: Mapping[str, Any]) -> Path:
    """One file with these documents."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.dump_all([dict(one) for one in documents], Dumper=_Plain, allow_unicode=True, sort_keys=False)
    path.write_text(text, encoding="utf-8")
    return path


def read_all(folder: Path, *documents: Mapping[str, Any]) -> tuple[RuleSet, list[RuleIssue]]:
    """What is read from one file with these documents."""
    return read([write_all(folder / "rules.yml", *documents)])


def codes(folder: Path, *documents: Mapping[str, Any]) -> list[str]:
    """The codes of the issues of one file with these documents, in order."""
    return [issue.code for issue in read_all(folder, *documents)[1]]
