"""The items that a report is measured against, by their numbers and short names; their texts are their owners'."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a framework."""

    number: str
    title: str
    tag: str = ""
    """How rules refer to it; empty for what no rule can be about."""


@dataclass(frozen=True, slots=True)
class Framework:
    """A catalogue of items."""

    name: str
    edition: str
    items: tuple[Item, ...]


def _numbered(prefix: str, tag: str, titles: tuple[str, ...]) -> tuple[Item, ...]:
    return tuple(
        Item(f"{prefix}{number:02d}", title, f"{tag}{number:02d}") for number, title in enumerate(titles, start=1)
    )


OWASP_LLM = Framework(
    "OWASP Top 10 for LLM Applications",
    "2025",
    _numbered(
        "LLM",
        "owasp.llm",
        (
            "Prompt Injection",
            "Sensitive Information Disclosure",
            "Supply Chain",
            "Data and Model Poisoning",
            "Improper Output Handling",
            "Excessive Agency",
            "System Prompt Leakage",
            "Vector and Embedding Weaknesses",
            "Misinformation",
            "Unbounded Consumption",
        ),
    ),
)
OWASP_AGENTIC = Framework(
    "OWASP Top 10 for Agentic Applications",
    "2026",
    _numbered(
        "ASI",
        "asi.asi",
        (
            "Agent Goal Hijack",
            "Tool Misuse and Exploitation",
            "Identity and Privilege Abuse",
            "Agentic Supply Chain Vulnerabilities",
            "Unexpected Code Execution",
            "Memory and Context Poisoning",
            "Insecure Inter-Agent Communication",
            "Cascading Failures",
            "Human-Agent Trust Exploitation",
            "Rogue Agents",
        ),
    ),
)
ATLAS_NAME, ATLAS_EDITION = "MITRE ATLAS", "5.6.0"
"""Its items are the techniques that rules are tagged with: a report lists what was looked for."""

NIST_AI_RMF = Framework(
    "NIST AI RMF",
    "1.0",
    (
        Item("GOVERN 1.5", "Ongoing monitoring and periodic review"),
        Item("GOVERN 2.1", "Roles and responsibilities"),
        Item("GOVERN 4.3", "Testing, identification of incidents, and information sharing"),
        Item("MEASURE 2.4", "Behaviour in production is monitored"),
        Item("MEASURE 2.7", "Security and resilience are evaluated"),
        Item("MEASURE 2.10", "Privacy risk is examined"),
        Item("MEASURE 3.1", "Existing and emergent risks are tracked"),
        Item("MANAGE 2.3", "Response to and recovery from unknown risks"),
        Item("MANAGE 4.1", "Post-deployment monitoring with incident response"),
        Item("MANAGE 4.3", "Incidents and errors are tracked and communicated"),
    ),
)
EU_AI_ACT = Framework(
    "EU AI Act",
    "Regulation (EU) 2024/1689",
    (
        Item("Art. 12(1)", "Automatic recording of events"),
        Item("Art. 12(2)", "Events that show risks and allow monitoring"),
        Item("Art. 14", "Human oversight"),
        Item("Art. 15(5)", "Resilience against attempts to manipulate the system"),
        Item("Art. 19(1)", "Logs are kept for at least six months (providers)"),
        Item("Art. 26(5)", "Deployers monitor the operation"),
        Item("Art. 26(6)", "Logs are kept for at least six months (deployers)"),
        Item("Art. 72", "Post-market monitoring"),
        Item("Art. 73", "Serious incidents are dealt with and reported"),
    ),
)
