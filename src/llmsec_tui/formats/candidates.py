"""Which formats a record may be of, by the names in it: found out once for every set of names, then remembered.

Asking every recogniser about every record would cost more than mapping it.
"""

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from llmsec_tui.formats.format import Format

_MOST = 4096
"""So many sets of names are remembered; logs have a few dozen."""


class Candidates:
    """Formats in their order, and for every record those of them that are worth asking."""

    def __init__(self, formats: Sequence[Format]) -> None:
        self._formats = [(known, asked_for(known.recognise)) for known in formats]
        self._names = frozenset(name for _, asked in self._formats for name in asked or ())
        self._known: dict[frozenset[str], tuple[Format, ...]] = {}

    def of(self, data: dict[str, Any]) -> tuple[Format, ...]:
        """All formats whose recogniser may say yes to this record, in their order."""
        names = self._names.intersection(data)
        if (known := self._known.get(names)) is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            known = self._known[names] = tuple(
                one for one, asked in self._formats if asked is None or not asked.isdisjoint(names)
            )
        return known

    def recognised(self, data: dict[str, Any]) -> Format | None:
        """The first format that recognises this record."""
        for known in self.of(data):
            if known.recognise(data):
                return known
        return None


def asked_for(recognise: Callable[[dict[str, Any]], bool]) -> frozenset[str] | None:
    """The names that an empty record is asked for before it is refused; None where that cannot be found out.

    A record that has none of them gives the same answers to the same questions, and so is refused too.
    """
    nothing = _Nothing()
    try:
        return None if recognise(nothing) else frozenset(nothing.asked)
    except (_OtherQuestion, KeyError):
        return None


class _OtherQuestion(Exception):
    """A record was asked for more than whether it has a name."""


class _Nothing(dict[str, Any]):
    """An empty record that remembers the names it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return default

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return False

    def _refuse(self, *_: Any) -> NoReturn:
        raise _OtherQuestion

    __iter__ = __len__ = __bool__ = __eq__ = __ne__ = __or__ = __ror__ = _refuse
    keys = values = items = copy = pop = setdefault = update = _refuse  # type: ignore[assignment]
