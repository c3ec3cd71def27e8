"""What is not wrong with a rule, and still not as it should be: warnings and hints about all but its selections."""

from collections.abc import Iterator, Mapping
from typing import Any

from llmsec_tui.detect.sigma import tags
from llmsec_tui.detect.sigma.document import Document
from llmsec_tui.detect.sigma.references import Kind, Known, generates, kind_of, references

_LISTS = (("tags",), ("references",), ("falsepositives",), ("fields",), ("scope",), ("llmsec", "playbook"))
_LONGEST = {"title": 256, "name": 256, "description": 65_535}


def look(document: Document, known: Known) -> None:
    """Note in the document what could be better."""
    data, kind = document.data, kind_of(document)
    for key, most in _LONGEST.items():
        if isinstance(data.get(key), str) and len(data[key]) > most:
            document.complain(f"long-{key}", f"'{key}' has more than {most:,} characters", key)
    _dates(document)
    _lists(document)
    if kind is Kind.FILTER:
        _filter(document)
        return
    if "level" in data and "author" not in data:
        document.complain("no-author", "nobody is named as the author", "title")
    if (status := data.get("status")) in ("deprecated", "unsupported"):
        document.complain("retired", f"this rule is {status}, and still runs; take it out if it should not", "status")
        if status == "deprecated" and not data.get("related"):
            document.complain("no-successor", "say in 'related' what replaces this rule", "status")
    if kind not in (Kind.RULE, Kind.WATCH):
        _over_time(document, kind)
    if kind is Kind.CORRELATION:
        _silenced(document, known)
    _examples(document)


def entries(document: Document) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    """The lists in which an entry should stand once, each with its place."""
    for place in _LISTS:
        value: Any = document.data
        for key in place:
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, list):
            yield place, value


def twice(values: list[Any]) -> Iterator[int]:
    """Positions of texts that stood in the list before."""
    seen = set()
    for number, value in enumerate(values):
        if isinstance(value, str):
            if value in seen:
                yield number
            seen.add(value)


def _dates(document: Document) -> None:
    written, changed = document.data.get("date"), document.data.get("modified")
    if "level" in document.data and written is None:
        document.complain("no-date", "there is no date", "title")
    if type(written) is type(changed) and written is not None and not isinstance(written, str) and changed < written:
        document.complain("date-order", f"the last change ({changed}) is before the date ({written})", "modified")


def _lists(document: Document) -> None:
    for place, values in entries(document):
        for number in twice(values):
            document.complain("duplicate-entry", f"{values[number]!r} is in this list before", *place, number)
    listed = dict(entries(document))
    for number, tag in enumerate(listed.get(("tags",), ())):
        if isinstance(tag, str) and "." in tag and tags.is_foreign(tag):
            message = f"the namespace of {tag!r} is neither Sigma's nor ours, so nothing is known of its names"
            document.complain("foreign-tag", message, "tags", number)
    for number, reason in enumerate(listed.get(("falsepositives",), ())):
        if isinstance(reason, str) and len(reason.strip()) == 1:
            document.complain("short-falsepositive", f"{reason!r} tells nobody anything", "falsepositives", number)


def _filter(document: Document) -> None:
    block, logsource = document.data.get("filter"), document.data.get("logsource")
    if not isinstance(block, dict) or not isinstance(logsource, dict):
        return
    if block.get("rules") == "any" and not {"category", "service"} & set(logsource):
        message = "this filter is for any rule of every category; name rules, or a category"
        document.complain("broad-filter", message, "filter", "rules")
    condition = block.get("condition")
    if isinstance(condition, str) and "not" not in condition.replace("(", " ").split():
        message = "rules will hit only what this filter matches; to leave that out, write 'not' before it"
        document.complain("filter-keeps", message, "filter", "condition")


def _over_time(document: Document, kind: Kind) -> None:
    block = document.data.get(kind)
    if not isinstance(block, dict):
        return
    if not block.get("group-by"):
        message = "without 'group-by' all events are one group, whoever they are of"
        document.complain("no-group-by", message, kind)
    if str(block.get("type", "")).startswith("temporal") and len(list(references(block))) == 1:
        document.complain("single-rule", "with a single rule this says nothing that the rule does not", kind, "rules")


def _silenced(document: Document, known: Known) -> None:
    if generates(document) or not isinstance(document.data[Kind.CORRELATION], dict):
        return
    block = document.data[Kind.CORRELATION]
    for number, reference in enumerate(references(block)):
        named = known.find(reference)
        if named and "level" in named.document.data and not known.alerts(named.id):
            title = named.document.data.get("title")
            message = f"{title!r} no longer alerts by itself; say 'generate: true' if it should"
            place = ("rules", number) if "rules" in block else ("condition",)
            document.complain("silenced-rule", message, Kind.CORRELATION, *place)


def _examples(document: Document) -> None:
    ours = document.data.get("llmsec")
    examples = ours.get("examples") if isinstance(ours, dict) else None
    if not isinstance(examples, dict):
        return
    kinds: Mapping[str, Any] = {kind: examples.get(kind) for kind in ("match", "no_match")}
    for kind, given in kinds.items():
        if isinstance(given, list) and len(given) == 1:
            document.complain("few-examples", "a single example proves little; add another", "llmsec", "examples", kind)
    match, others = kinds.values()
    if isinstance(match, list) and isinstance(others, list):
        for number, example in enumerate(others):
            if example in match:
                message = "the same example is under 'match' too"
                document.complain("contradiction", message, "llmsec", "examples", "no_match", number)
