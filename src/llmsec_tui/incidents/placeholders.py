"""What ``{user_id}`` and the like in a remedy stand for. A brace that is meant as one is written twice."""

from string import Formatter

FIELDS = (
    *("incident_id", "user_id", "conversation_id", "app", "model", "tool_name", "source_ip", "rule_id"),
    *("level", "title"),
)
"""All that an incident can fill in."""


def pieces(text: str) -> list[tuple[str, str]]:
    """Text and the name of the field after it, in turns; the name is empty after the last. Raises ValueError."""
    found = []
    try:
        parsed = list(Formatter().parse(text))
    except ValueError:
        raise ValueError("a brace stands alone; a brace that is meant as one is written twice: {{ or }}") from None
    for literal, field, form, conversion in parsed:
        if field == "":
            raise ValueError("there is nothing between the braces; one that is meant as such is written twice: {{ }}")
        if form or conversion:
            raise ValueError(f"only a name may stand between braces, not '{field}' with ':' or '!'")
        found.append((literal, field or ""))
    return found


def fields(text: str) -> list[str]:
    """The names in a text, whether there are such fields or not. Raises ValueError."""
    return [field for _, field in pieces(text) if field]
