"""The part of the writing side for who may do what: accounts, sessions and approvals, kept whole and by name."""

from llmsec_tui.store.transactions import Transactions

_ALL = "SELECT data FROM access_kept WHERE kind = $kind ORDER BY rowid"
_DROP = "DELETE FROM access_kept WHERE kind = $kind AND name = $name"
_KEEP = "INSERT INTO access_kept VALUES ($kind, $name, $data)"


class AccessStore(Transactions):
    """What stands in the data is up to whoever keeps it."""

    def access_kept(self, kind: str) -> list[bytes]:
        """All of a kind, the one that was kept last at the end."""
        with self._looking("say who may do what") as connection:
            return [bytes(data) for (data,) in connection.execute(_ALL, {"kind": kind}).fetchall()]

    def keep_access(self, kind: str, name: str, data: bytes) -> None:
        """Put it in the place of the one of this name, if there is one."""
        with self.transaction():
            self._connection.execute(_DROP, {"kind": kind, "name": name})
            self._connection.execute(_KEEP, {"kind": kind, "name": name, "data": data})

    def drop_access(self, kind: str, name: str) -> None:
        """Forget the one of this name."""
        with self.transaction():
            self._connection.execute(_DROP, {"kind": kind, "name": name})
