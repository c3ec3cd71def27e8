"""Messages to people: which there were and what became of them, and trying a channel."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from llmsec_tui.access import Actor
from llmsec_tui.errors import NotFound
from llmsec_tui.service.asks import PAGE_LIMIT
from llmsec_tui.service.context import Context
from llmsec_tui.service.incidents.api import ListNotifications, TestChannel
from llmsec_tui.service.incidents.rows import NotificationPage, NotificationRow
from llmsec_tui.service.outcome import Outcome
from llmsec_tui.store.queries import Reader


def test_channel(context: Context, actor: Actor, command: TestChannel) -> Outcome:
    """Send a message that says who tries the channel; its number is the reply's ``version``.

    What becomes of it is found in ``ListNotifications``: nobody waits here for a channel that hangs. Raises NotFound.
    """
    names = [channel.name for channel in context.policy.policy.channels]
    if command.channel not in names:
        hint = f"There are: {', '.join(names)}." if names else "It has none."
        raise NotFound(f"The policy has no channel {command.channel[:80]!r}.", hint=hint)
    seq = context.notifier.trial(command.channel, actor.user)
    return Outcome(
        f"A message for {command.channel} is on its way, with the number {seq}.",
        seq,
        after={"notification": seq},
        object=f"channel:{command.channel}",
    )


def list_notifications(context: Context, reader: Reader, ask: ListNotifications) -> NotificationPage:
    """A page of messages."""
    rows, total = reader.notifications(ask.before, ask.after, min(max(ask.limit, 1), PAGE_LIMIT))
    return NotificationPage(rows=msgspec.convert(rows, list[NotificationRow]), total=total)


HANDLERS: dict[type, Callable[[Context, Reader, Any], Struct]] = {ListNotifications: list_notifications}
