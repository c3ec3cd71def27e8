"""What a filter may look into, by who typed it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from llmsec_tui.errors import AccessRefused
from llmsec_tui.store.filter_words import Word, split
from llmsec_tui.store.filters import Filter, parse, ranked
from llmsec_tui.store.pseudonyms import is_pseudonym
from llmsec_tui.store.sight import Sight
from llmsec_tui.store.views import View


def understood(typed: str, view: View, now: int, sight: Sight, named: Callable[[str], Sequence[str]]) -> Filter:
    """The filter. Plain words are looked for in what the asker may look into.

    Raises ConfigError as :func:`parse`, and AccessRefused for a field that they may not.
    """
    if sight.texts and sight.identities:
        return parse(typed, view, now, named)
    narrower = seen(view, sight)
    for word in split(typed, ranked(view)):
        _check(word, view, sight)
    return parse(typed, narrower, now, named)


def seen(view: View, sight: Sight) -> View:
    """The list as the asker may search it."""
    closed = set() if sight.texts else set(view.texts)
    if not sight.identities:
        closed |= {*view.people, *view.private}
    fields = {**view.fields, **({} if sight.identities else view.nameless)}
    return replace(view, fields=fields, words=tuple(name for name in view.words if name not in closed))


def _check(word: Word, view: View, sight: Sight) -> None:
    asked = view.named(word.field) if word.field else None
    name = next((name for name, field in view.fields.items() if field is asked), "")
    if not sight.texts and name in view.texts:
        raise AccessRefused(
            f"{name}: looks into what people and models wrote, which takes content.search.",
            hint="Leave it out; plain words are looked for in the other fields.",
        )
    if sight.identities or name not in {*view.people, *view.private}:
        return
    if name in view.private or word.is_pattern or not is_pseudonym(word.value):
        raise AccessRefused(
            f"{name}: asks for somebody by name, and users are pseudonyms to this role.",
            hint="Search for the pseudonym as it is shown, such as user:user-7k3f2m5q4x6w.",
        )
