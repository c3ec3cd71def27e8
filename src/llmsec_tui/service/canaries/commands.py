"""Plant and retire canaries: each act rewrites the file, and the collector's reloader puts it in force."""

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from llmsec_tui.access.secrets.private_file import write_private
from llmsec_tui.detect.canaries import registry
from llmsec_tui.detect.canaries.registry import Canary, name_problem
from llmsec_tui.detect.canaries.token import weakness
from llmsec_tui.errors import NotFound, RuleError, ServiceError
from llmsec_tui.service.canaries.api import AddCanary, CanaryCommand, RetireCanary
from llmsec_tui.service.context import Context
from llmsec_tui.service.outcome import Outcome

_IN_FORCE = "in force within two seconds"
_lock = threading.Lock()
"""The file is read and written as one: two commands at once would lose a canary."""


def kept(context: Context) -> list[Canary]:
    """The canaries of the file. Raises ServiceError when it is broken or others can read it."""
    found, issues = registry.load(_path(context))
    if issues:
        raise ServiceError(
            f"Nothing was changed: {RuleError(issues).message}", hint="Put the file of canaries right first."
        )
    return found


def prepared(context: Context, command: CanaryCommand) -> Callable[[], Outcome]:
    """What is to be done, once it is clear that it makes sense. Raises ServiceError, NotFound."""
    match command:
        case AddCanary():
            for what, name in (("app", command.app), ("prompt", command.prompt)):
                if why := name_problem(what, name):
                    raise ServiceError(f"{why}; nothing was planted.")
            if why := weakness(command.token):
                raise ServiceError(f"This token {why}; nothing was planted.", hint="Leave it out to have one made.")
            return partial(_add, context, command)
        case RetireCanary():
            if not command.note.strip():
                raise ServiceError("A canary is retired with a reason.", hint="Say why in the note.")
            return partial(_retire, context, command)


def _add(context: Context, command: AddCanary) -> Outcome:
    found = kept(context)
    if known := next((one for one in found if one.token.lower() == command.token.lower()), None):
        raise ServiceError(f"This token is {known.name} already; nothing was planted.")
    if sum(one.retired is None for one in found) >= registry.MOST:
        raise ServiceError(f"There are {registry.MOST} canaries, which are the most.", hint="Retire one first.")
    canary = registry.planted(found, command.app.strip(), command.prompt.strip(), command.token, datetime.now(UTC))
    return Outcome(
        f"{canary.name} is planted in {canary.prompt} of {canary.app}, {_IN_FORCE}. Put the token into that prompt.",
        int(canary.name[2:]),
        after={"token_sha256": canary.digest},
        object=f"canary:{canary.name}",
        then=partial(_change, context, lambda now: [*now, canary]),
    )


def _retire(context: Context, command: RetireCanary) -> Outcome:
    found = kept(context)
    wanted = next((one for one in found if one.name.casefold() == command.canary_id.casefold()), None)
    if wanted is None:
        raise NotFound(f"There is no canary {command.canary_id[:40]}.", hint="See: llmsec-tui canary list")
    if wanted.retired is not None:
        raise ServiceError(f"{wanted.name} is retired since {wanted.retired.date()}; nothing was changed.")
    gone = registry.retired(wanted, datetime.now(UTC))
    return Outcome(
        f"{wanted.name} is retired, {_IN_FORCE}. Take the token out of {wanted.prompt} of {wanted.app}.",
        int(wanted.name[2:]),
        before={"app": wanted.app, "prompt": wanted.prompt, "token_sha256": wanted.digest},
        after={"state": "retired"},
        object=f"canary:{wanted.name}",
        then=partial(_change, context, lambda now: [gone if one.name == gone.name else one for one in now]),
    )


def _change(context: Context, changed: Callable[[Sequence[Canary]], Sequence[Canary]]) -> None:
    path = _path(context)
    with _lock:
        try:
            write_private(path, registry.written(changed(kept(context))))
        except OSError as error:
            raise ServiceError(
                f"{path} cannot be written: {error.strerror}; the canaries are as they were.",
                hint="Make room or put its permissions right, and do it again.",
            ) from error


def _path(context: Context) -> Path:
    path = next((path for path in context.rules.paths if path.name == registry.FILE), None)
    if path is None:
        raise ServiceError("This collector was started without a file of canaries.", hint="Start it with a home.")
    return path
