"""The one way in from the socket: who asks, whether somebody has to log in first, and then the ask itself."""

import time
from typing import get_args

from msgspec import Struct

from llmsec_tui.service.access.api import PersonalAsk
from llmsec_tui.service.access.entrance import Entrance
from llmsec_tui.service.access.standing import standing
from llmsec_tui.service.access.visitor import Visitor
from llmsec_tui.service.access.words import bare
from llmsec_tui.service.api import AnyAsk, Command, GetStatus
from llmsec_tui.service.context import Context
from llmsec_tui.service.dispatch import Dispatch
from llmsec_tui.service.permission import Lack, action

_PERSONAL = get_args(PersonalAsk)


class Door:
    """Answers the asks of connections, for use in one event loop."""

    def __init__(self, context: Context, dispatch: Dispatch) -> None:
        self._context = context
        self._dispatch = dispatch
        self._entrance = Entrance(context, dispatch.in_turn, dispatch.proving)

    async def reply(self, visitor: Visitor, ask: AnyAsk) -> Struct:
        """The reply; raises what there is to be refused with, after it was recorded."""
        if isinstance(ask, _PERSONAL):
            return await self._entrance.reply(visitor, ask)
        now = time.time_ns() // 1000
        stands = standing(self._context.access, visitor, now)
        if stands.session is not None and stands.login == "locked":
            await self._entrance.found_idle(visitor, stands.session)
        if stands.refused is not None:
            if isinstance(ask, GetStatus):
                return bare(self._context.access, stands, self._context.pid, now)
            await self._dispatch.record(stands.actor, ask, Lack(action(ask), stands.refused))
            raise stands.refused
        if isinstance(ask, Command):
            self._entrance.touch(visitor)
        return await self._dispatch.reply(stands.actor, ask)
