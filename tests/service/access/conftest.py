"""A door to a collector's rooms, and passwords that cost no more than they must."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from llmsec_tui.access.passwords import FLOOR
from llmsec_tui.service.access import hashing
from llmsec_tui.service.access.door import Door
from llmsec_tui.service.context import Context
from llmsec_tui.service.dispatch import Dispatch


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """How much this machine bears is not of interest here."""
    monkeypatch.setattr(hashing, "calibrated", lambda: FLOOR)


@pytest.fixture
async def door(context: Context) -> AsyncIterator[Door]:
    dispatch = Dispatch(context)
    yield Door(context, dispatch)
    await asyncio.to_thread(dispatch.close)
