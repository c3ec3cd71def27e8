"""The page ``docs/keys.md``, out of the table of actions: ``python -m llmsec_tui.console.keys_page > docs/keys.md``."""

from collections.abc import Iterator

from llmsec_tui.console.action import ANYWHERE, Action, Owner, Place
from llmsec_tui.console.actions import ACTIONS, key_name

_HEAD = """# Keys and commands of the console

This page is made from `src/llmsec_tui/console/actions.py`; a test fails when the two differ.
The same list is in the console under `?`, where typing narrows it. What is named after `:` can also be found with `^p`.
A capability in the last column is what a role needs; without it the key is hidden, and the collector refuses the act.
"""


def keys_page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_lines()])


def _lines() -> Iterator[str]:
    anywhere = [a for a in ACTIONS if a.places == ANYWHERE and a.owner is not Owner.LINES]
    yield from _table("Everywhere", anywhere)
    yield from _table("In lists and texts", [a for a in ACTIONS if a.owner is Owner.LINES])
    for place in Place:
        here = [a for a in ACTIONS if place in a.places and a.places != ANYWHERE]
        yield from _table(f"On {place.value}" if " " in place.value else place.value.capitalize(), here)


def _table(title: str, actions: list[Action]) -> Iterator[str]:
    if not actions:
        return
    yield from (f"## {title}", "", "| key | command | what it does | capability |", "|---|---|---|---|")
    for action in actions:
        keys = " ".join(f"`{key_name(key)}`" for key in action.keys)
        commands = " ".join(f"`:{name}`" for name in action.names)
        if action.argument:
            commands += f" `{action.argument}`"
        capability = f"`{action.capability}`" if action.capability else ""
        yield f"| {keys} | {commands} | {action.help} | {capability} |"
    yield ""


if __name__ == "__main__":
    print(keys_page(), end="")
