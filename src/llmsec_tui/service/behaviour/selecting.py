"""What each monitor looks at, of an hour, of a baseline and of those who spend."""

from collections.abc import Mapping

from llmsec_tui.detect.choosing import choice
from llmsec_tui.detect.rule import Watch
from llmsec_tui.drift.baseline import Baseline
from llmsec_tui.drift.board import Window
from llmsec_tui.drift.monitors.behaviour import Choice, Hour


class Selections:
    """Conditions and baselines are made ready once, as long as a monitor does not change."""

    def __init__(self) -> None:
        self._choices: dict[str, tuple[str, Choice | None]] = {}
        """By the id of the monitor, with its version."""
        self._usual: dict[str, tuple[str, Baseline]] = {}

    def of_hour(self, watch: Watch, hour: Hour) -> Hour:
        """Of an hour, what a monitor looks at."""
        choose = self._choice(watch)
        if choose is None:
            return hour
        numbers = list(hour.segments)
        picked = choose([hour.segments[number]._asdict() for number in numbers])
        mine = {number: hour.segments[number] for number, is_mine in zip(numbers, picked, strict=True) if is_mine}
        sketches = {number: sketch for number, sketch in hour.seen.sketches.items() if number in mine}
        seen = Window(hour.seen.since, hour.seen.until, sketches)
        return Hour(hour.at, seen, mine, self._baseline(watch, choose, hour.baseline))

    def of_names(self, watch: Watch, by: str, names: Mapping[str, object]) -> list[str]:
        """Of the values of a dimension, those that a monitor looks at."""
        choose = self._choice(watch)
        if choose is None or not names:
            return list(names)
        picked = choose([{by: name} for name in names])
        return [name for name, is_mine in zip(names, picked, strict=True) if is_mine]

    def _choice(self, watch: Watch) -> Choice | None:
        version, known = self._choices.get(watch.id, ("", None))
        if version != watch.version:
            known = choice(watch.selection)
            self._choices[watch.id] = (watch.version, known)
        return known

    def _baseline(self, watch: Watch, choose: Choice, whole: Baseline | None) -> Baseline | None:
        """Of a baseline, what a monitor looks at; that takes a while, and it does not change."""
        if whole is None:
            return None
        version, known = self._usual.get(watch.id, ("", None))
        if known is None or version != watch.version or known.pinned != whole.pinned:
            segments = list({one.segment for one in whole.hours})
            picked = choose([segment._asdict() for segment in segments])
            mine = {segment for segment, is_mine in zip(segments, picked, strict=True) if is_mine}
            known = Baseline(whole.pinned, [one for one in whole.hours if one.segment in mine])
            self._usual[watch.id] = (watch.version, known)
        return known
