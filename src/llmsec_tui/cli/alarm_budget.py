"""The alarm budget: say how many false alarms a week are accepted, and see what that costs."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.output import FormatOption, as_json, record
from llmsec_tui.cli.rates import percent, with_interval
from llmsec_tui.errors import ConfigError
from llmsec_tui.paths import Home

if TYPE_CHECKING:
    from llmsec_tui.detect.confidence.budget import Offer

_WEEK = 7
_LEAST_DAYS = 1.0
"""Less says too little about a week."""


def add_to(rules: typer.Typer) -> None:
    """Add the command of this module to those about rules."""
    rules.command("budget")(budget)


def budget(
    context: typer.Context,
    per_week: Annotated[
        float, typer.Option("--per-week", metavar="N", min=0, help="False alarms a week that you accept.")
    ],
    texts: Annotated[
        float | None,
        typer.Option(
            "--texts-per-week", metavar="M", min=1, help="Distinct texts of users, tools and documents; else as stored."
        ),
    ] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Have the threshold hold: it is written to detection.yml.")
    ] = False,
    chosen: FormatOption = None,
) -> None:
    """What a number of false alarms a week means: the threshold of alerts about injection, and the recall it costs."""
    from llmsec_tui.detect.confidence import budget as budgets
    from llmsec_tui.detect.confidence.shipped import shipped
    from llmsec_tui.service.detection.policy_file import Budget, load, write

    home: Home = context.obj
    volume = _volume(home) if texts is None else texts
    measured = shipped()
    offered = budgets.within(measured, volume, per_week)
    now = budgets.at(measured, load(home.detection).threshold, volume, per_week)
    rows = {"now": now, "with the budget": offered, "everything": budgets.everything(measured, volume, per_week)}
    if as_json(chosen):
        record({"texts_per_week": round(volume, 1)} | {_key(name): _numbers(one) for name, one in rows.items()}, chosen)
    else:
        record({"texts a week": f"{volume:,.0f}"} | {name: _words(one) for name, one in rows.items()}, chosen)
    if not offered.is_within:
        say(f"No threshold that was measured keeps {per_week:g} false alarms a week; this is the highest.")
    say("Measured on sources that nothing was learned from; yours may be other. Intervals: 95 %.")
    if apply:
        home.create()
        write(home.detection, offered.threshold, Budget(per_week, round(volume, 1)))
        say(f"{home.detection} says so now; a running collector follows within two seconds and puts it on record.")


def _volume(home: Home) -> float:
    """Distinct untrusted texts a week, by what is stored."""
    from llmsec_tui.cli.asking import ask
    from llmsec_tui.service.detection.api import GetDetection

    stored = ask(home, GetDetection())
    if stored.days < _LEAST_DAYS:
        raise ConfigError(
            "What is stored spans less than a day, which says too little about a week.",
            hint="Give --texts-per-week M: distinct texts of users, tools and documents.",
        )
    return stored.texts / stored.days * _WEEK


def _key(name: str) -> str:
    return name.replace(" ", "_")


def _words(one: "Offer") -> str:
    alarms = one.false_alarms
    return (
        f"alerts from {one.threshold:.4f} on: {alarms.value:,.1f} ({alarms.low:,.1f}–{alarms.high:,.1f}) false alarms "
        f"a week, {percent(one.recall)} % of attacks found"
    )


def _numbers(one: "Offer") -> dict[str, Any]:
    return {
        "threshold": one.threshold,
        "within": one.is_within,
        **with_interval("false_alarms_per_week", one.false_alarms),
        **with_interval("recall", one.recall),
    }
