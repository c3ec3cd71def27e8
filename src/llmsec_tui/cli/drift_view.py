"""One metric of one slice as people read it at a terminal."""

from collections.abc import Iterable, Iterator

from llmsec_tui.cli.drift_chart import amount, when
from llmsec_tui.cli.output import iso, table
from llmsec_tui.service.behaviour.api import BehaviourDetail, SplitRow
from llmsec_tui.text import visible

_LAST_HOURS = 24


def view(found: BehaviourDetail, width: int) -> list[str]:
    """Lines of at most about ``width`` characters, safe for a terminal."""
    row = found.row
    lines = [visible(f"{row.verdict}  {row.title} of {row.slice}"), visible(row.why)]
    if row.slow_since is not None:
        lines.append(f"It moves away from what is usual, hour by hour, since {when(row.slow_since)}.")
    lines += _section("likely causes", _causes(found), ("share", "cause", "why"), width)
    lines += _section("where the mean moved", _splits(found), ("by", "total", "mix", "within", "movers"), width)
    lines += _section("shares that changed", _shifts(found), ("name", "usual", "now"), width)
    if found.terms is not None:
        lines += ["", visible(f"said more: {', '.join(found.terms.more) or 'nothing stands out'}")]
        lines.append(visible(f"said less: {', '.join(found.terms.fewer) or 'nothing stands out'}"))
    lines += _section("changes", _marks(found), ("at", "kind", "text", "app"), width)
    lines += _section(
        "hours, the newest last", _hours(found), ("at", "n", "value", "usual", "alerts", "verdict"), width
    )
    return lines + _section(
        "conversations that take part", _conversations(found), ("share", "value", "at", "conversation", "user"), width
    )


def _section(title: str, rows: Iterable[dict[str, object]], columns: tuple[str, ...], width: int) -> list[str]:
    listed = list(rows)
    return ["", f"{title}:", *table(listed, columns, width)] if listed else []


def _causes(found: BehaviourDetail) -> Iterator[dict[str, object]]:
    for one in found.causes:
        yield {"share": f"{one.share:.0%}", "cause": one.cause, "why": one.why}


def _splits(found: BehaviourDetail) -> Iterator[dict[str, object]]:
    for one in found.splits:
        total, mix, within = (
            amount(part, found.row.shape, found.row.unit) for part in (one.total, one.mix, one.within)
        )
        yield {"by": one.dimension, "total": total, "mix": mix, "within": within, "movers": _movers(one)}


def _movers(one: SplitRow) -> str:
    return ", ".join(f"{name} {usual:.0%} → {now:.0%}" for name, usual, now, _ in one.movers)


def _shifts(found: BehaviourDetail) -> Iterator[dict[str, object]]:
    for one in found.shifts:
        yield {"name": one.name, "usual": f"{one.usual:.1%}", "now": f"{one.now:.1%}"}


def _marks(found: BehaviourDetail) -> Iterator[dict[str, object]]:
    for one in found.marks:
        yield {"at": when(one.at), "kind": one.kind, "text": one.text, "app": one.app}


def _hours(found: BehaviourDetail) -> Iterator[dict[str, object]]:
    for one in found.points[-_LAST_HOURS:]:
        value, low, high = (amount(part, found.row.shape, found.row.unit) for part in (one.value, one.low, one.high))
        usual = f"{low} to {high}" if one.low is not None else ""
        at, alerts = when(one.at), one.alerts or ""
        yield {"at": at, "n": one.n, "value": value, "usual": usual, "alerts": alerts, "verdict": one.verdict}


def _conversations(found: BehaviourDetail) -> Iterator[dict[str, object]]:
    for one in found.contributors:
        yield {
            "share": f"{one.weight:.0%}",
            "value": amount(one.value, found.row.shape, found.row.unit),
            "at": iso(one.at),
            "conversation": one.conversation_id,
            "user": one.user_id or "",
        }
