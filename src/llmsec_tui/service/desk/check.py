"""Look whether a store that no collector has open is right about its incidents."""

from pathlib import Path

from llmsec_tui.store.connect import connect_to_read
from llmsec_tui.store.queries import Reader


def differing_incidents(path: Path) -> list[str]:
    """The incidents of which the store at ``path`` says other things than what happened to them.

    Raises StoreLocked while a collector has it, and StoreError when it is none.
    """
    connection = connect_to_read(path)
    try:
        return Reader(path, connection).incidents_differ()
    finally:
        connection.close()
