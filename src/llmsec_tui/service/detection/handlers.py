"""Queries about detection as a whole."""

import time
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from llmsec_tui.detect.confidence.leveling import TOO_LITTLE
from llmsec_tui.service.context import Context
from llmsec_tui.service.detection.api import Detection, GetDetection
from llmsec_tui.service.wire import portable
from llmsec_tui.store.queries import Reader

DAY_US = 86_400_000_000
LOOK_BACK_DAYS = 28


def show(context: Context, reader: Reader, _: GetDetection) -> Detection:
    """How much was judged of late, and how sure an alert has to be."""
    policy = context.detection
    volume = reader.judged_volume(LOOK_BACK_DAYS)
    first, last = volume["first_at"], volume["last_at"]
    return Detection(
        threshold=policy.now.threshold,
        origin=portable(str(policy.path)) if policy.path.exists() else "",
        problem=policy.problem,
        texts=volume["texts"],
        days=0.0 if first is None else (last - first) / DAY_US,
        informational=reader.alerts_ending_in(TOO_LITTLE, time.time_ns() // 1000 - LOOK_BACK_DAYS * DAY_US),
    )


HANDLERS: dict[type, Callable[[Context, Reader, Any], Struct]] = {GetDetection: show}
