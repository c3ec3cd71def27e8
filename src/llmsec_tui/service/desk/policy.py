"""The desk's policy in a running collector: what holds, and why what is on disk does not."""

import logging
import stat
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from llmsec_tui.access import local_actor
from llmsec_tui.audit.journal import Journal
from llmsec_tui.audit.record import Act, Facts, Result
from llmsec_tui.errors import ServiceError
from llmsec_tui.incidents.policy import Policy
from llmsec_tui.incidents.policy_file import SHIPPED, PolicyError, load
from llmsec_tui.incidents.policy_remedies import elsewhere
from llmsec_tui.service.judging import DEFECTS
from llmsec_tui.service.narration import told
from llmsec_tui.service.outcome import Outcome
from llmsec_tui.service.rules.reloading import Signature, Watcher, signature

log = logging.getLogger(__name__)

ACTION = "incidents.reload_policy"
OBJECT = "desk:policy"
_REASON_CHARS = 1_000
_SECRET = ("auth", "token", "key", "secret", "cookie", "password")


class PolicyRefused(ServiceError):
    """The policy was to be read again, and is broken."""


class DeskPolicy:
    """Any thread may read it; a policy is put in force whole or not at all."""

    def __init__(self, path: Path) -> None:
        """With what is shipped while ``path`` does not exist, or is broken; then ``problem`` says so."""
        self.path = path
        self.seen: Signature = signature([path])
        """Before it was read."""
        self.policy: Policy = load()
        """What holds."""
        self.shipped = True
        """Whether that is what is shipped."""
        self.problem = ""
        """A sentence: why what is on disk does not hold, or what is dangerous about it; empty when all is well."""
        self._lock = threading.Lock()
        try:
            self.accept(self.read())
        except PolicyRefused as error:
            log.warning("%s", error)

    @property
    def origin(self) -> str:
        """The file of what holds; empty for what is shipped."""
        return "" if self.shipped else str(self.path)

    def read(self) -> Policy:
        """What is on disk, not in force yet. Raises PolicyRefused when it is broken; what held before then holds."""
        try:
            return load(self.path if self.path.exists() else None)
        except PolicyError as error:
            kept = "what is shipped" if self.shipped else "the one before it"
            first = error.issues[0]
            more = f" ({len(error.issues) - 1} more)" if len(error.issues) > 1 else ""
            self.problem = f"The desk's policy is broken and {kept} holds: {first}{more}"
            raise PolicyRefused(
                f"The desk's policy is as it was: {error.message}", hint="Put it right and reload."
            ) from error

    def accept(self, policy: Policy) -> None:
        """Have it hold from now on."""
        with self._lock:
            self.policy = policy
            self.shipped = not self.path.exists()
            self.problem = "" if self.shipped else exposed(policy, self.path)
        if self.problem:
            log.warning("%s", self.problem)

    def facts(self) -> Facts:
        """What holds, for the journal."""
        return _facts(self.policy)

    def reload(self) -> None:
        """Read it again and have it hold. Raises PolicyRefused."""
        self.accept(self.read())


def prepared_reload(desk: DeskPolicy) -> partial[Outcome]:
    """What ``ReloadPolicy`` does, with the file read already. Raises PolicyRefused."""
    return partial(_reloaded, desk, desk.read())


def _reloaded(desk: DeskPolicy, policy: Policy) -> Outcome:
    before = desk.facts()
    changed = policy.digest != desk.policy.digest
    return Outcome(
        "The desk's policy holds as it is on disk now." if changed else "Nothing changed in the desk's policy.",
        before=before,
        after=_facts(policy),
        object=OBJECT,
        then=lambda: desk.accept(policy),
    )


def opened(path: Path, journal: Journal) -> DeskPolicy:
    """The policy of a collector that starts; the journal is told when the file is broken."""
    desk = DeskPolicy(path)
    if desk.problem and desk.shipped:
        _record(journal, Result.REFUSED, desk, desk.facts(), desk.problem)
    return desk


def watcher(desk: DeskPolicy, journal: Journal) -> Watcher:
    """What reads the policy again whenever its file changes."""
    return Watcher(partial(signature, [desk.path]), partial(_reload, desk, journal), desk.seen)


def _reload(desk: DeskPolicy, journal: Journal) -> None:
    try:
        before = desk.facts()
        try:
            policy = desk.read()
        except PolicyRefused as error:
            log.error("%s", error)
            _record(journal, Result.REFUSED, desk, before, error.message)
            return
        if policy.digest != desk.policy.digest:
            _record(journal, Result.DONE, desk, _facts(policy), "")
            log.info("the desk's policy of %s holds", desk.path)
        desk.accept(policy)
    except DEFECTS as error:
        # What held goes on holding; nothing else may end because of this file.
        log.error("the desk's policy could not be reloaded: %s", told(error))


def _record(journal: Journal, result: Result, desk: DeskPolicy, after: Facts, reason: str) -> None:
    journal.append(Act(local_actor(), ACTION, OBJECT, result, desk.facts(), after, reason[:_REASON_CHARS]))


def _facts(policy: Policy) -> Facts:
    return {
        "sha256": policy.digest,
        "remedies": len(policy.remedies),
        "channels": len(policy.channels),
        "routes": len(policy.routes),
    }


def exposed(policy: Policy, path: Path) -> str:
    """A sentence when others can read secrets in the file; empty when they can't, or there are none."""
    secrets = list(_secrets(policy))
    if not secrets or path == SHIPPED:
        return ""
    try:
        file = path.resolve(strict=True)
        mode, around = file.stat().st_mode, file.parent.stat().st_mode
    except FileNotFoundError:
        # It went away since it was read, which the next look sees.
        return ""
    group = mode & stat.S_IRGRP and around & stat.S_IXGRP
    others = mode & stat.S_IROTH and around & stat.S_IXOTH
    if not group and not others:
        return ""
    return (
        f"Others can read {path}, and {secrets[0]} may hold a secret. Run: chmod go-r {path} "
        "(or write file:/path or env:NAME in its place)."
    )


def _secrets(policy: Policy) -> Iterator[str]:
    for channel in policy.channels:
        if channel.kind in ("apprise", "webhook") and not elsewhere(channel.target):
            yield f"the target of the channel {channel.name}"
    for remedy in policy.remedies:
        for header, value in remedy.headers.items():
            if any(word in header.lower() for word in _SECRET) and not elsewhere(value):
                yield f"the header {header} of the remedy {remedy.name}"
