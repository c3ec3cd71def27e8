"""What a rule is there to find: an attack on a model's instructions, a leak, or personal data."""

from enum import StrEnum

from llmsec_tui.detect.rule import Described


class Task(StrEnum):
    """What a labelled text is an example of, or of its absence."""

    INJECTION = "injection"
    LEAK = "leak"
    PII = "pii"


_CATEGORIES = {
    Task.INJECTION: frozenset(("injection", "jailbreak", "prompt_leak", "unicode", "conversation", "poisoning")),
    Task.LEAK: frozenset(("secrets", "exfiltration", "canary", "contamination", "flow", "prompt_leak")),
    Task.PII: frozenset(("pii",)),
}
"""Of the logsource of rules."""
_TAGS = {
    Task.INJECTION: frozenset(("owasp.llm01",)),
    Task.LEAK: frozenset(("owasp.llm02", "owasp.llm07")),
    Task.PII: frozenset[str](),
}
"""Any of these does for a rule of another category."""


def is_of(rule: Described, task: Task) -> bool:
    """Whether the rule's alerts are answers to a task: by the category of its logsource, else by its OWASP tags.

    Personal data are LLM02 like secrets, so a rule about them is no answer to the task ``leak`` by its tag.
    """
    if rule.category in _CATEGORIES[task]:
        return True
    is_personal = rule.category in _CATEGORIES[Task.PII]
    return not is_personal and not _TAGS[task].isdisjoint(rule.tags)
