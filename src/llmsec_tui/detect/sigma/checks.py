"""Every check that rule files go through: its code, how bad it is, and whether ``rules lint --fix`` helps."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """What an issue means for the rule."""

    ERROR = "error"
    """The rule does not load."""
    WARNING = "warning"
    """The rule loads, and probably does not do what its author means."""
    INFO = "info"
    """The rule is fine and could be better."""


class Check(NamedTuple):
    """One kind of issue."""

    code: str
    says: str
    severity: Severity = Severity.ERROR
    fixable: bool = False
    """Whether ``--fix`` knows what to do about at least some of them."""


_W, _I = Severity.WARNING, Severity.INFO

CHECKS: tuple[Check, ...] = (
    # Files
    Check("missing", "there is no such file or folder"),
    Check("empty", "a folder has no rule files"),
    Check("unreadable", "a file cannot be opened"),
    Check("too-big", "a file is bigger than 1 MiB"),
    Check("encoding", "a file is not UTF-8, or a value cannot be encoded as asked"),
    Check("file-name", "a file's name is not of lower-case letters, digits and _, ending in .yml", _I),
    Check("bom", "a file begins with a byte order mark", _W, True),
    Check("crlf", "lines end in CR LF", _W, True),
    Check("trailing-space", "there are spaces at the end of a line", _I, True),
    Check("final-newline", "the last line does not end", _I, True),
    # YAML
    Check("yaml", "the file, or one of its documents, is no YAML mapping"),
    Check("yaml-alias", "there is an alias (*name), which could make a small file huge"),
    Check("yaml-key", "a key is a list or a mapping"),
    Check("yaml-value", "a value is no text, number, date, true, false or null, or is out of range"),
    Check("too-deep", "a document is nested deeper than 32 levels"),
    Check("too-many-values", "a document has more than 10,000 values"),
    Check("duplicate-key", "a key stands in a mapping twice"),
    # Keys that every rule has
    Check("unknown-key", "there is no such key here", fixable=True),
    Check("missing-key", "a required key is missing"),
    Check("kind", "a document is two kinds of rule at once"),
    Check("title", "the title is no text"),
    Check("long-title", "the title has more than 256 characters", _W),
    Check("id", "the id is no UUID in lower case", fixable=True),
    Check("name", "the name is no text, or looks like an id"),
    Check("long-name", "the name has more than 256 characters", _W),
    Check("status", "the status is none of Sigma's", fixable=True),
    Check("retired", "the status says that the rule is deprecated or unsupported, and it still runs", _I),
    Check("no-successor", "a deprecated rule does not say in `related` what replaces it", _W),
    Check("level", "the level is none of Sigma's", fixable=True),
    Check("description", "the description is no text"),
    Check("long-description", "the description has more than 65,535 characters", _W),
    Check("author", "the author is no text"),
    Check("no-author", "nobody is named as the author", _I),
    Check("license", "the license is no text"),
    Check("taxonomy", "the taxonomy is no text"),
    Check("scope", "the scope is no list of texts"),
    Check("date", "the date is no date, yyyy-mm-dd", fixable=True),
    Check("no-date", "there is no date", _I),
    Check("modified", "the date of the last change is no date, yyyy-mm-dd", fixable=True),
    Check("date-order", "the rule was last changed before it was written", _W),
    Check("references", "the references are no list of texts"),
    Check("related", "`related` is no list of ids and types"),
    Check("falsepositives", "the false positives are no list of texts"),
    Check("short-falsepositive", "a false positive is a single character", _W),
    Check("fields", "`fields` is no list of fields"),
    Check("tags", "a tag is not namespace.name in lower case", fixable=True),
    Check("unknown-tag", "a tag names something that its catalogue does not have", fixable=True),
    Check("foreign-tag", "a tag is of a namespace that is neither Sigma's nor ours", _W),
    Check("duplicate-entry", "a list has the same entry twice", _W, True),
    Check("logsource", "the logsource is no mapping"),
    Check("product", "the product is not `llm`: the rule is for other logs", fixable=True),
    Check("category", "the category of the logsource is no text"),
    Check("service", "the service of the logsource is no text"),
    Check("definition", "the definition of the logsource is no text"),
    Check("llmsec", "`llmsec` is no mapping"),
    Check("confidence", "the confidence is no number from 0 to 1, or more than that of a part that it rests on"),
    Check("playbook", "the playbook is no list of texts"),
    # Rules among each other
    Check("duplicate-id", "an id is taken by another rule"),
    Check("duplicate-name", "a name is taken by another rule"),
    Check("duplicate-title", "a title is taken by another rule"),
    Check("unknown-rule", "there is no rule with this id or name"),
    Check("broken-rule", "a rule that this one counts does not load"),
    Check("cycle", "a rule counts itself in the end"),
    Check("inhibited_by", "a rule is inhibited by one that cannot, or by one of a lower level"),
    Check("silenced-rule", "a rule no longer alerts by itself because a correlation counts it", _W),
    # Selections and conditions
    Check("detection", "`detection` is no mapping"),
    Check("selection", "a selection is no mapping, list or keyword"),
    Check("condition", "a condition is missing or cannot be read"),
    Check("undefined-selection", "a condition names a selection that is not there"),
    Check("unused-selection", "no condition uses a selection"),
    Check("equal-selections", "two selections are the same", _I),
    Check("unknown-field", "there is no such field"),
    Check("array-field", "a list field is asked for something that lists cannot be asked for"),
    Check("array-apart", "conditions on the elements of a list stand apart, so they may hold on different ones"),
    Check("keyword", "a value without a field stands where none can"),
    Check("unknown-modifier", "there is no such modifier"),
    Check("unsupported-modifier", "modifiers do not go together, or not in this order", fixable=True),
    Check("all-single", "`all` has only one value", fixable=True),
    Check("value", "a value makes no sense here"),
    Check("value-type", "a value is of another type than its field"),
    Check("value-unknown", "a field never has this value"),
    Check("duplicate-value", "a list of values has the same value twice", _W, True),
    Check("redundant-value", "a value is contained in every text that a longer one of the list is looked for in", _I),
    Check("null-in-list", "null stands among other values", _W),
    Check("wildcard-only", "a value is just *, which `exists: true` says better", _W),
    Check("empty-literal", "a value is in every text, or nothing is left of it when it is folded"),
    Check("too-short", "too little of a value is left to look for"),
    Check("cased-folded", "`cased` over text that has no case"),
    Check("wildcard", "a wildcard stands where none can"),
    Check("windash", "there are too many dashes for `windash`"),
    Check("pattern", "a regular expression that Rust's regex or RE2 do not take, or read differently"),
    Check("too-dear", "patterns are run over more than a quarter of ordinary text, or are very large"),
    Check("plain-pattern", "a regular expression has nothing regular about it; `contains` is cheaper", _I),
    Check("idle-wildcard", "a pattern or value begins or ends with a wildcard that changes nothing", _I),
    Check("placeholder", "a placeholder has no values, or stands where none can"),
    Check("placeholder-name", "the name of a placeholder has other characters than letters, digits, _ and -"),
    Check("placeholder-value", "the values of a placeholder are no texts or numbers"),
    Check("duplicate-placeholder", "a placeholder is in two files"),
    Check("unused-placeholder", "no rule uses a placeholder", _I),
    # Canaries
    Check("canary", "an entry of `canaries.yml` is none, is there twice, or has a token that is too weak"),
    Check("exposed", "others than its owner can read or write `canaries.yml`"),
    # Correlations
    Check("correlation", "`correlation` is no mapping"),
    Check("correlation-type", "there is no such type of correlation"),
    Check("correlation-rules", "`rules` is no list of ids and names, has one twice, or one that the condition ignores"),
    Check("correlation-condition", "a condition that is no number or expression, or is never or always met"),
    Check("correlation-field", "the field is not one, or not different ones"),
    Check("percentile", "the percentile is no whole number from 0 to 100"),
    Check("timespan", "the timespan is not a number and one of s, m, h, d"),
    Check("group-by", "`group-by` is no list, or has a field twice"),
    Check("no-group-by", "there is no `group-by`, so everything is one group", _I),
    Check("aliases", "an alias is a field, is not used, or does not say something of each rule"),
    Check("generate", "`generate` is not true or false, or is there twice"),
    Check("single-rule", "a temporal correlation of a single rule", _W),
    # Monitors
    Check("detector", "`detector` is no mapping"),
    Check("detector-type", "there is no such type of monitor"),
    Check("threshold", "the threshold is no number that makes sense"),
    Check("min_n", "`min_n` is no whole number from 1"),
    Check("history", "`history` is no whole number from 1"),
    Check("direction", "there is no such direction"),
    Check("shared-text", "of a detector of shared text, which texts are compared or what is common makes no sense"),
    # Monitors of behaviour, money and rules
    Check("monitor", "`monitor` is no mapping, or a value in it makes no sense"),
    Check("monitor-type", "there is no such type of monitor"),
    Check("monitor-name", "there is no such metric or dimension, or it is listed twice"),
    # Filters
    Check("filter", "`filter` is no mapping"),
    Check("filter-rules", "`rules` is not `any` or a list, or names something that cannot be filtered"),
    Check("filter-logsource", "a filter names a rule that its logsource leaves out"),
    Check("filter-keeps", "a filter keeps what it matches and drops everything else", _W),
    Check("broad-filter", "a filter is for any rule of all categories", _W),
    # Examples
    Check("examples", "there is no example of each kind, or one that is no event or no sequence"),
    Check("example-field", "an example has a field or value that events do not have"),
    Check("example-time", "an event of a sequence has no time, or one that makes no sense"),
    Check("example-series", "a series is described by words that it does not have, or that are not enough"),
    Check("few-examples", "there is only one example of a kind", _I),
    Check("contradiction", "the same example must match and must not", _W),
    Check("no-hit", "the rule misses an example that it must hit (`rules test`)"),
    Check("false-hit", "the rule hits an example that it must not (`rules test`)"),
)

_BY_CODE = {check.code: check for check in CHECKS}


def severity(code: str) -> Severity:
    """How bad an issue with this code is."""
    return _BY_CODE[code].severity if code in _BY_CODE else Severity.ERROR


def fixable(code: str) -> bool:
    """Whether it may be worth trying ``--fix``."""
    return code in _BY_CODE and _BY_CODE[code].fixable


def table() -> Iterable[str]:
    """The checks as rows of a table in Markdown."""
    for check in CHECKS:
        yield f"| `{check.code}` | {check.severity} | {check.says} | {'yes' if check.fixable else ''} |"
