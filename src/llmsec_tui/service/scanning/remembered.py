"""What a scan remembers of all it has read: keys of messages, with the conversations that have no name of their own."""

import os
import tempfile
from collections.abc import Iterable, Mapping

from llmsec_tui.service.scanning.keytable import KeyTable

_LENGTH_BYTES = 2


class Remembered:
    """Keys as ``events/history.py`` makes them, each with its conversation, in files without names. For one thread."""

    def __init__(self) -> None:
        self._keys = KeyTable()
        # An empty name is number 0 and needs no place.
        self._names = tempfile.TemporaryFile(prefix="llmsec-tui-", buffering=0)  # noqa: SIM115 - closed by close()
        self._end = 1

    def known(self, keys: Iterable[int]) -> dict[int, str]:
        """Those that were seen before, with the conversation of each ("" where that says nothing)."""
        numbers = self._keys.found(keys)
        names = {number: self._name(number) for number in set(numbers.values())}
        return {key: names[number] for key, number in numbers.items()}

    def add(self, keys: Mapping[int, str]) -> None:
        """Remember more, or better."""
        numbers = {"": 0}
        for name in keys.values():
            if name not in numbers:
                numbers[name] = self._write(name)
        self._keys.update({key: numbers[name] for key, name in keys.items()})

    def close(self) -> None:
        """Give the files back."""
        self._keys.close()
        self._names.close()

    def _write(self, name: str) -> int:
        data = name.encode("utf-8", "surrogatepass")
        place = self._end
        os.pwrite(self._names.fileno(), len(data).to_bytes(_LENGTH_BYTES) + data, place)
        self._end += _LENGTH_BYTES + len(data)
        return place

    def _name(self, place: int) -> str:
        if not place:
            return ""
        length = int.from_bytes(os.pread(self._names.fileno(), _LENGTH_BYTES, place))
        return os.pread(self._names.fileno(), length, place + _LENGTH_BYTES).decode("utf-8", "surrogatepass")
