"""What has to be seen of a change in how models behave, and what is: the board, the cause, the alert, the talks."""

from collections.abc import Sequence
from dataclasses import dataclass

from llmsec_tui.drift.causes import Cause
from llmsec_tui.probes.desks import CREEP, CREEPING, OTHER_USERS, RELEASE, SWAP, SWAPPED, SWAPPED_IN, Desk
from llmsec_tui.service.alert_rows import AlertRow
from llmsec_tui.service.api import PAGE_LIMIT, GetConversation, ListAlerts
from llmsec_tui.service.behaviour.api import BehaviourDetail, BehaviourRow, GetBehaviour
from llmsec_tui.service.client import Client

_HOURS = 3
_MOST_OF_IT = 0.5


@dataclass(frozen=True, slots=True)
class Shift:
    """A change at a desk, and where it shows."""

    desk: Desk
    what: str
    since: int
    """The desk's hour from which on."""
    metric: str
    is_slow: bool
    cause: Cause
    model: str = ""
    """That the conversations that contribute most have to be with; "" where that does not matter."""


SWAP_SEEN = Shift(
    SWAP,
    "a gateway passes calls on to a cheaper model and tells nobody",
    SWAPPED,
    "refusals",
    is_slow=False,
    cause=Cause.PROVIDER,
    model=SWAPPED_IN,
)
CREEP_SEEN = Shift(
    CREEP,
    "a prompt is reworded every four hours, and answers grow by a fiftieth an hour",
    CREEPING,
    "output_tokens",
    is_slow=True,
    cause=Cause.OURS,
)
OTHER_USERS_SEEN = Shift(
    OTHER_USERS,
    "trade customers discover the desk, and ask for more",
    SWAPPED,
    "output_tokens",
    is_slow=False,
    cause=Cause.USERS,
)
RELEASE_SEEN = Shift(
    RELEASE,
    "a release that was noted as a marker has answers say more",
    SWAPPED,
    "output_tokens",
    is_slow=False,
    cause=Cause.OURS,
)


@dataclass(frozen=True, slots=True)
class Sight:
    """What there is to see of a shift."""

    shift: Shift
    detail: BehaviourDetail
    alerts: tuple[AlertRow, ...]
    """Those on the metric since it began."""
    models: tuple[str, ...]
    """Those that answered in the conversation that contributes most, by its messages; none where there is no such."""

    @property
    def row(self) -> BehaviourRow:
        return self.detail.row

    @property
    def is_told(self) -> bool:
        """Whether the board says so, as the window differs or the hours lie to one side; and an alert."""
        on_board = self.row.slow_since is not None if self.shift.is_slow else self.row.verdict == "drift"
        return on_board and bool(self.alerts)

    @property
    def is_attributed(self) -> bool:
        """Whether the first cause is the one, and explains most of it."""
        first = next(iter(self.detail.causes), None)
        return first is not None and first.cause == self.shift.cause and first.share >= _MOST_OF_IT

    @property
    def is_opened(self) -> bool:
        """Whether it leads to conversations, and they are of those that changed."""
        return bool(self.models) and (not self.shift.model or set(self.models) == {self.shift.model})

    @property
    def is_caught(self) -> bool:
        """Whether it is told, attributed, and leads to conversations."""
        return self.is_told and self.is_attributed and self.is_opened

    @property
    def on_board(self) -> str:
        """What the board says, in a sentence."""
        slow = ", moving slowly" if self.row.slow_since is not None else ""
        return f"{self.row.verdict}{slow}: {self.row.why}"

    @property
    def causes(self) -> Sequence[str]:
        """Those that are named, each with its number."""
        return [f"{one.cause}, {one.share:.0%}: {one.why}" for one in self.detail.causes]

    @property
    def opened(self) -> str:
        """Where it leads to."""
        if not self.models:
            return "no conversation"
        answered = ", ".join(sorted(set(self.models)))
        return f"{len(self.detail.contributors)} conversations; in the first, {len(self.models)} messages of {answered}"


async def seen(client: Client, shift: Shift, since: int) -> Sight:
    """What a collector has to say of a shift that began at ``since`` (µs)."""
    ask = GetBehaviour(metric=shift.metric, slice=slice_of(shift.desk), hours=1 if shift.is_slow else _HOURS)
    detail = await client.ask(ask)
    about = {f"{shift.metric} of {name}" for name in ("all", slice_of(shift.desk))}
    alerts = [one for one in await alerts_since(client, since) if one.source_path in about]
    models: tuple[str, ...] = ()
    if detail.contributors:
        events = await client.ask(GetConversation(event_id=detail.contributors[0].event_id))
        models = tuple(row.model for row in events.rows if row.model is not None)
    return Sight(shift, detail, tuple(alerts), models)


def slice_of(desk: Desk) -> str:
    """The part of the drift board that is a desk's."""
    return f"app={desk.app}"


async def alerts_since(client: Client, since: int) -> list[AlertRow]:
    """The alerts that people are shown on what is dated ``since`` (µs) or later, the newest first."""
    page = await client.ask(ListAlerts(limit=PAGE_LIMIT))
    return [one for one in page.rows if one.ts is not None and one.ts >= since]
