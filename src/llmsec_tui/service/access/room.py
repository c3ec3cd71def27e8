"""All that decides who may ask what, in a running collector."""

import os
from dataclasses import dataclass

from llmsec_tui.access.accounts import locks_everybody_out
from llmsec_tui.audit.journal import Journal
from llmsec_tui.paths import Home
from llmsec_tui.service.access.book import Book
from llmsec_tui.service.access.hashing import Hashing
from llmsec_tui.service.access.roles import RolesInForce
from llmsec_tui.store.store import Store


@dataclass(frozen=True, slots=True)
class AccessRoom:
    """What of it is shared by the parts of a collector."""

    roles: RolesInForce
    book: Book
    hashing: Hashing
    owner_uid: int
    """Who runs the collector."""

    @classmethod
    def open(cls, home: Home, store: Store, journal: Journal) -> "AccessRoom":
        """Everything in its place."""
        book = Book(store)
        roles = RolesInForce(home.roles, journal, lambda roles: locks_everybody_out(book.accounts, roles))
        return cls(roles, book, Hashing(lambda: [one.verifier for one in book.accounts.values()]), os.geteuid())

    @property
    def problem(self) -> str:
        """What is wrong here, else empty."""
        return self.roles.problem

    @property
    def has_accounts(self) -> bool:
        """Whether there is anything to log in with."""
        return any(one.enabled for one in self.book.accounts.values())

    @property
    def login_required(self) -> bool:
        """Whether nobody is answered before they log in."""
        return self.has_accounts and self.roles.now.login_required

    def close(self) -> None:
        """End the thread."""
        self.hashing.close()
