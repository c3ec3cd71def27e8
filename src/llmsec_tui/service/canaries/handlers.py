"""Say which canaries there are; their tokens only to who asks for them and may."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from llmsec_tui.detect.canaries.registry import Canary
from llmsec_tui.detect.canaries.rules import rule_id
from llmsec_tui.service.canaries.api import CanaryList, CanaryRow, ListCanaries
from llmsec_tui.service.canaries.commands import kept
from llmsec_tui.service.context import Context
from llmsec_tui.store.queries import Reader

_SHOWN_CHARS = 3


def list_canaries(context: Context, reader: Reader, ask: ListCanaries) -> CanaryList:
    """Newest first."""
    seen = [one for one in kept(context) if not reader.sight.is_narrow or one.app in reader.sight.apps]
    return CanaryList(rows=[_row(canary, whole=ask.whole) for canary in reversed(seen)])


HANDLERS: Mapping[type, Callable[[Context, Reader, Any], Struct]] = {ListCanaries: list_canaries}


def _row(canary: Canary, *, whole: bool) -> CanaryRow:
    return CanaryRow(
        canary_id=canary.name,
        app=canary.app,
        prompt=canary.prompt,
        planted_at=_micros(canary.planted),
        retired_at=None if canary.retired is None else _micros(canary.retired),
        token=canary.token if whole or not canary.token else f"{canary.token[:_SHOWN_CHARS]}…",
        token_sha256=canary.digest,
        rule_id=rule_id(canary) if canary.token else "",
    )


def _micros(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000
