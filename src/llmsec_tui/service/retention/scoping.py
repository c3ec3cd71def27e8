"""Keep erasures and holds inside of a scope: they may reach no event that their author does not see."""

from llmsec_tui.errors import AccessRefused, NotFound
from llmsec_tui.service.retention.api import (
    EraseContent,
    HoldContent,
    ReleaseHold,
    RetentionCommand,
    RunRetention,
    SetRetention,
)
from llmsec_tui.store.holds import HOLDABLE
from llmsec_tui.store.queries import Reader


def check_retention(reader: Reader, command: RetentionCommand) -> None:
    """Raise AccessRefused for what reaches further than this reader sees, NotFound for what it does not see at all."""
    match command:
        case EraseContent() | HoldContent() if command.of in HOLDABLE:
            check_reach(reader, command.of, command.id)
        case ReleaseHold():
            _, holds = reader.retention(0)
            for one in holds:
                if one.name == command.hold_id.upper() or str(one.number) == command.hold_id:
                    check_reach(reader, one.of, one.id)
        case SetRetention() | RunRetention():
            raise AccessRefused("For how long content is kept holds for everything, which is more than your scope.")


def check_reach(reader: Reader, of: str, name: str) -> None:
    """The same for one thing."""
    if not reader.sight.is_narrow:
        return
    if of == "source":
        raise AccessRefused("A file may hold more than your scope does; nothing was changed.")
    inside, everywhere = reader.reached(of, name)
    if not inside:
        raise NotFound(f"There is no such {of}.")
    if inside < everywhere:
        raise AccessRefused(f"This {of} reaches further than your scope; nothing was changed.")
