"""Accounts, sessions and approvals of a running collector: in memory for every ask, in the store for the next start."""

import threading
from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec

from llmsec_tui.access.accounts import Account
from llmsec_tui.access.approvals import Approval
from llmsec_tui.access.sessions import Session
from llmsec_tui.errors import StoreError
from llmsec_tui.store.access_store import AccessStore

T = TypeVar("T")

_ACCOUNT, _SESSION, _APPROVAL = "account", "session", "approval"


class Book:
    """Any thread may read it. Accounts and approvals are changed in the line of commands only, sessions by any thread.

    To write is to have it in the store, to put is to have it hold: what is written in a transaction is put once that
    has ended well.
    """

    def __init__(self, store: AccessStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self.accounts: Mapping[str, Account] = {one.name: one for one in _kept(store, _ACCOUNT, Account)}
        """By name."""
        self.sessions: Mapping[str, Session] = {one.name: one for one in _kept(store, _SESSION, Session)}
        """By name."""
        self.approvals: Mapping[int, Approval] = {one.seq: one for one in _kept(store, _APPROVAL, Approval)}
        """By number."""

    def write_account(self, account: Account) -> None:
        self._store.keep_access(_ACCOUNT, account.name, msgspec.msgpack.encode(account))

    def put_account(self, account: Account) -> None:
        with self._lock:
            self.accounts = {**self.accounts, account.name: account}

    def write_approval(self, approval: Approval) -> None:
        self._store.keep_access(_APPROVAL, approval.name, msgspec.msgpack.encode(approval))

    def put_approval(self, approval: Approval) -> None:
        with self._lock:
            self.approvals = {**self.approvals, approval.seq: approval}

    def write_session(self, session: Session) -> None:
        self._store.keep_access(_SESSION, session.name, msgspec.msgpack.encode(session))

    def put_session(self, session: Session) -> None:
        with self._lock:
            self.sessions = {**self.sessions, session.name: session}

    def change_session(self, name: str, change: Callable[[Session], Session]) -> Session | None:
        """The session after a change, which holds; None when it has ended."""
        with self._lock:
            session = self.sessions.get(name)
            if session is None:
                return None
            changed = change(session)
            self.sessions = {**self.sessions, name: changed}
            return changed

    def end_session(self, name: str) -> None:
        """Have it hold no more, and forget it."""
        with self._lock:
            self.sessions = {key: one for key, one in self.sessions.items() if key != name}
        self._store.drop_access(_SESSION, name)

    def sessions_of(self, account: str) -> list[Session]:
        """Oldest first."""
        return [one for one in self.sessions.values() if one.account == account]


def _kept(store: AccessStore, kind: str, into: type[T]) -> list[T]:
    try:
        return [msgspec.msgpack.decode(data, type=into) for data in store.access_kept(kind)]
    except msgspec.MsgspecError as error:
        raise StoreError(
            f"The store holds an {kind} that this version cannot read: {error}.",
            hint="Use the version that wrote it, or name another directory with --home.",
        ) from error
