"""Read ``placeholders.yml``: the lists that ``%name%`` stands for in the rules of a folder."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from yaml import ScalarEvent

from llmsec_tui.detect.sigma.document import Document, Place

FILE = "placeholders.yml"


def read(documents: Sequence[Document]) -> dict[str, tuple[str, ...]]:
    """The values of each placeholder in all these files; what is wrong with them is noted in the documents."""
    found: dict[str, tuple[str, ...]] = {}
    places: dict[str, Document] = {}
    for document in documents:
        for name, written in document.data.items():
            if not name.replace("_", "").replace("-", "").isalnum():
                message = f"the name {name!r} may only have letters, digits, _ and -, and no %"
                document.complain("placeholder-name", message, name)
            elif name in places:
                message = f"the placeholder {name!r} is in {places[name].path} too"
                document.complain("duplicate-placeholder", message, name)
            else:
                places[name] = document
                found[name] = tuple(_values(document, name, written))
    return found


def used(raw: bytes, placeholders: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The names of those that a document's text mentions."""
    text = raw.decode("utf-8", "replace")
    if "%" in text:
        yield from (name for name in placeholders if f"%{name}%" in text)


def _values(document: Document, name: str, written: Any) -> Iterator[str]:
    values = written if isinstance(written, list) else [written]
    if not values:
        document.complain("placeholder-value", f"the placeholder {name!r} has no values", name)
    for number, value in enumerate(values):
        place: Place = (name, number) if isinstance(written, list) else (name,)
        if isinstance(value, bool) or not isinstance(value, str | int | float) or value == "":
            document.complain("placeholder-value", f"{value!r} is no text and no number; quote it", *place)
        elif isinstance(event := document.spots[place].value, ScalarEvent):
            yield event.value
