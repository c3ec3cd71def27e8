"""The roles of a running collector: what holds, and why what is on disk does not."""

import logging
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from llmsec_tui.access import Roles, local_actor
from llmsec_tui.access.role_file import RolesError, load, shipped
from llmsec_tui.audit.journal import Journal
from llmsec_tui.audit.record import Act, Facts, Result
from llmsec_tui.errors import LlmsecError, ServiceError
from llmsec_tui.service.judging import DEFECTS
from llmsec_tui.service.narration import told
from llmsec_tui.service.outcome import Outcome
from llmsec_tui.service.rules.reloading import REASON_CHARS, Signature, Watcher, signature

log = logging.getLogger(__name__)

ACTION, OBJECT = "roles.reload", "roles"
_WRITABLE_BY_OTHERS = 0o022


class RolesRefused(ServiceError):
    """The roles were to be read again, and are broken or would lock everybody out."""


class RolesInForce:
    """Any thread may read it; roles are put in force whole or not at all."""

    def __init__(self, path: Path, journal: Journal, allow: Callable[[Roles], str]) -> None:
        """``allow`` says why roles that are in order cannot be put in force, or nothing."""
        self.path = path
        self.seen: Signature = self._look()
        """Before it was read."""
        self.now: Roles = shipped()
        """What holds."""
        self.shipped = True
        """Whether that is what is shipped."""
        self.problem = ""
        """A sentence: why what is on disk does not hold; empty when all is well."""
        self._journal = journal
        self._allow = allow
        self._lock = threading.Lock()
        try:
            self.accept(self.read())
        except RolesRefused as error:
            log.error("%s", error)
            self._record(Result.REFUSED, self.facts(), error.message)

    @property
    def origin(self) -> str:
        """The file of what holds; empty for what is shipped."""
        return "" if self.shipped else str(self.path)

    def read(self) -> Roles:
        """What is on disk, not in force yet. Raises RolesRefused; what held before then holds."""
        kept = "what is shipped holds" if self.shipped else "the one before it holds"
        try:
            roles = load(self.path) if self.path.exists() else shipped()
        except RolesError as error:
            more = f" ({len(error.issues) - 1} more)" if len(error.issues) > 1 else ""
            self.problem = f"The file of roles is broken and {kept}: {error.issues[0]}{more}"
            raise RolesRefused(
                f"The roles are as they were: {error.message}", hint="Put it right and reload."
            ) from error
        if why := self._exposed() or self._allow(roles):
            self.problem = f"The file of roles {self.path} is not in force, {kept}: {why}"
            raise RolesRefused(f"The roles are as they were: {why}", hint="Put it right and reload.")
        return roles

    def accept(self, roles: Roles) -> None:
        """Have them hold from the next ask on."""
        with self._lock:
            self.now = roles
            self.shipped = not self.path.exists()
            self.problem = ""

    def prepared_reload(self) -> partial[Outcome]:
        """What ``ReloadRoles`` does, with the file read already. Raises RolesRefused."""
        return partial(self._reloaded, self.read())

    def facts(self) -> Facts:
        """What holds, for the journal."""
        return _facts(self.now)

    def watcher(self) -> Watcher:
        """What reads them again whenever the file changes."""
        return Watcher(self._look, self._reload, self.seen)

    def _look(self) -> Signature:
        """What changes with the file, or with who may write it."""
        mode = self._mode()
        return signature([self.path]) | {("mode", mode, 0, 0)}

    def _reloaded(self, roles: Roles) -> Outcome:
        changed = roles.digest != self.now.digest
        return Outcome(
            "The roles hold as they are on disk now." if changed else "Nothing changed in the roles.",
            before=self.facts(),
            after=_facts(roles),
            object=OBJECT,
            then=lambda: self.accept(roles),
        )

    def _reload(self) -> None:
        try:
            roles = self.read()
            if roles.digest != self.now.digest:
                self._record(Result.DONE, _facts(roles), "")
                log.info("the roles of %s hold", self.path)
            self.accept(roles)
        except RolesRefused as error:
            log.error("%s", error)
            self._record(Result.REFUSED, self.facts(), error.message)
        except (LlmsecError, *DEFECTS) as error:
            # What held goes on holding; nothing else may end because of this file.
            self.problem = f"The roles could not be reloaded, and those before hold: {error}"
            log.error("the roles could not be reloaded: %s", told(error))

    def _record(self, result: Result, after: Facts, reason: str) -> None:
        self._journal.append(Act(local_actor(), ACTION, OBJECT, result, self.facts(), after, reason[:REASON_CHARS]))

    def _mode(self) -> int:
        try:
            return self.path.stat().st_mode
        except OSError:
            # It is not there, or went away just now; reading it says what is wrong.
            return 0

    def _exposed(self) -> str:
        """A sentence when others than its owner can change what everybody may do."""
        if self._mode() & _WRITABLE_BY_OTHERS:
            return f"others can write {self.path}. Run: chmod go-w {self.path}"
        return ""


def _facts(roles: Roles) -> Facts:
    return {
        "sha256": roles.digest,
        "roles": " ".join(sorted(roles.roles)),
        "os_users": len(roles.os_users),
        "os_groups": len(roles.os_groups),
        "login": "required" if roles.login_required else "optional",
        "step_up": " ".join(sorted(roles.step_up)),
        "four_eyes": " ".join(sorted(roles.four_eyes)),
    }
