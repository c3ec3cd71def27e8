"""What can be put right without knowing what a rule is for."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import permutations
from typing import Any
from uuid import UUID

from llmsec_tui.detect.sigma import hygiene, hygiene_selections, modifiers, tags
from llmsec_tui.detect.sigma.correlation import KEYS as CORRELATION_KEYS
from llmsec_tui.detect.sigma.document import Document, Place
from llmsec_tui.detect.sigma.edits import Edit, dropped, renamed, replaced, requoted
from llmsec_tui.detect.sigma.header import STATUSES, keys
from llmsec_tui.detect.sigma.references import Kind, kind_of
from llmsec_tui.events.schema import LEVELS


def propose(document: Document, text: str) -> Iterator[Edit]:
    """Edits for one document of a file with this text. They never touch the same place twice."""
    yield from _keys(document, text)
    yield from _words(document, text)
    yield from _dates(document, text)
    yield from _ids(document, text)
    yield from _tags(document, text)
    yield from _doubles(document, text)
    yield from _modifiers(document, text)


def _keys(document: Document, text: str) -> Iterator[Edit]:
    allowed: Mapping[Place, tuple[str, ...]] = {
        **keys(kind_of(document)),
        ("correlation",): CORRELATION_KEYS,
        ("llmsec", "examples"): ("match", "no_match"),
    }
    for place, known in allowed.items():
        mapping = _at(document, place)
        for key in mapping if isinstance(mapping, dict) else ():
            meant = next((one for one in known if _plain(one) == _plain(key)), None)
            if key not in known and meant is not None and meant not in mapping:
                yield from renamed(document, text, (*place, key), "unknown-key", meant)


def _plain(key: str) -> str:
    return key.lower().replace("_", "").replace("-", "").replace(" ", "")


def _words(document: Document, text: str) -> Iterator[Edit]:
    for key, known in (("level", LEVELS), ("status", STATUSES)):
        value = document.data.get(key)
        if isinstance(value, str) and value not in known and value.strip().lower() in known:
            yield from requoted(document, text, (key,), key, value.strip().lower())
    logsource = document.data.get("logsource")
    product = logsource.get("product") if isinstance(logsource, dict) else None
    if isinstance(product, str) and product != "llm" and product.strip().lower() == "llm":
        yield from requoted(document, text, ("logsource", "product"), "product", "llm")


def _dates(document: Document, text: str) -> Iterator[Edit]:
    for key in ("date", "modified"):
        value = document.data.get(key)
        if isinstance(value, str) and (meant := _date(value)):
            yield from replaced(document, text, (key,), key, meant, meant.isoformat())


def _date(written: str) -> date | None:
    """The year must come first: 01/02/2026 may be either of two days."""
    parts = written.strip().replace("/", "-").replace(".", "-").split("-")
    if len(parts) != 3 or len(parts[0]) != 4 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    try:
        return date(*map(int, parts))
    except ValueError:
        return None


def _ids(document: Document, text: str) -> Iterator[Edit]:
    """Ids, and where others refer to them, in their usual form."""
    for place in (("id",), *_references(document)):
        value = _at(document, place)
        if isinstance(value, str) and (meant := _uuid(value)) and meant != value:
            yield from requoted(document, text, place, "id", meant)


def _references(document: Document) -> Iterator[Place]:
    for place in (("correlation", "rules"), ("filter", "rules"), ("related",)):
        value = _at(document, place)
        if isinstance(value, list):
            for number, one in enumerate(value):
                yield (*place, number, "id") if isinstance(one, dict) else (*place, number)
        elif isinstance(value, str):
            yield place


def _uuid(written: str) -> str | None:
    try:
        return str(UUID(written.strip()))
    except ValueError:
        return None


def _tags(document: Document, text: str) -> Iterator[Edit]:
    given = document.data.get("tags")
    given = given if isinstance(given, list) else []
    for number, _, _ in tags.problems(given):
        if isinstance(given[number], str):
            namespace, _, name = given[number].strip().lower().partition(".")
            for meant in (f"{namespace}.{name}", f"{namespace}.{name.replace('.', '-').replace('_', '-')}"):
                if not any(tags.problems([meant])) and not tags.is_foreign(meant):
                    yield from requoted(document, text, ("tags", number), "tags", meant)
                    break


def _doubles(document: Document, text: str) -> Iterator[Edit]:
    for place, values in hygiene.entries(document):
        for number in hygiene.twice(values):
            yield from dropped(document, text, (*place, number), "duplicate-entry")
    for here, key, value in _comparisons(document):
        words = key.split("|")[1:]
        # With 'all', fewer values may be a single one, which is another matter.
        if isinstance(value, list) and "all" not in words:
            for number in hygiene_selections.twice(value, words):
                yield from dropped(document, text, (*here, number), "duplicate-value")


def _modifiers(document: Document, text: str) -> Iterator[Edit]:
    for place, key, value in _comparisons(document):
        field, *words = key.split("|")
        single = not isinstance(value, list) or len(value) < 2
        if "all" in words and "expand" not in words and single:
            others = "|".join([field, *(word for word in words if word != "all")])
            if others not in _at(document, place[:-1]):
                yield from renamed(document, text, place, "all-single", others)
        elif len(words) <= 5 and modifiers.read(words)[1] and (meant := _order(words)):
            yield from renamed(document, text, place, "unsupported-modifier", "|".join([field, *meant]))


def _order(words: list[str]) -> tuple[str, ...] | None:
    """The order in which the words mean something, when there is just one such meaning."""
    readings = [(order, modifiers.read(order)) for order in permutations(words)]
    sound = [(order, read) for order, (read, problems) in readings if not problems]
    if not sound or any(read != sound[0][1] for _, read in sound):
        return None
    return sound[0][0]


def _comparisons(document: Document) -> Iterator[tuple[Place, str, Any]]:
    for section in (Kind.RULE, Kind.FILTER):
        yield from hygiene_selections.items(document.data.get(section), (section.value,))


def _at(document: Document, place: Place) -> Any:
    value: Any = document.data
    for key in place:
        if isinstance(value, dict):
            value = value.get(str(key))
        elif isinstance(value, list) and isinstance(key, int):
            value = value[key]
        else:
            return None
    return value
