"""What a log file holds, before anybody follows or judges it: formats, events, texts, what can be judged, and usage."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from llmsec_tui.detect.engine import joined
from llmsec_tui.events.history import Kept, resolve
from llmsec_tui.events.model import SEEN, ContentState
from llmsec_tui.formats.registry import Registry
from llmsec_tui.intake.read import WholeFile
from llmsec_tui.service.pipeline import Pipeline
from llmsec_tui.service.scanning.keytable import KeyTable
from llmsec_tui.service.scanning.remembered import Remembered

_MOST_USES = 100_000
"""So many calls may still be told of again, with other figures; what is older is added up."""
_KEY_BYTES = 8


@dataclass(slots=True)
class Used:
    """What calls used, each counted once."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0

    def add(self, other: "Used") -> None:
        self.input_tokens += other.input_tokens
        self.output_tokens += other.output_tokens
        self.cost_usd += other.cost_usd


@dataclass(slots=True)
class Survey:
    """Of one file."""

    path: Path
    formats: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    events: int = 0
    """Without repeats of what was said before."""
    repeats: int = 0
    contents: int = 0
    """Distinct texts."""
    dead_letters: int = 0
    evaluable: int = 0
    """Events whose content can be seen."""
    hidden: Counter[str] = field(default_factory=Counter)
    """Events that have content which cannot be seen, by reason."""
    used: Used = field(default_factory=Used)

    @property
    def format(self) -> str:
        """That of most records."""
        return self.formats.most_common(1)[0][0] if self.formats else "none"

    @property
    def coverage(self) -> float | None:
        """The share of events with content whose content can be judged; None when no event has any."""
        whole = self.evaluable + self.hidden.total()
        return self.evaluable / whole if whole else None


def survey(path: Path, registry: Registry) -> Survey:
    """Read a file to its end. Raises OSError when it cannot be read."""
    found = Survey(path)
    pipeline = Pipeline(lambda _: joined([]), lambda _: {}, registry=registry)
    seen, texts = Remembered(), KeyTable()
    uses: dict[str, Used] = {}
    try:
        for read in WholeFile(path).pieces():
            mapped = pipeline.map(read)
            resolved = resolve(mapped.mapped, seen.known)
            seen.add(resolved.keys)
            for tally in mapped.tallies.values():
                found.formats.update(tally.formats)
                found.unknown.update(tally.unknown)
            found.dead_letters += len(mapped.letters)
            found.repeats += resolved.repeats
            found.contents += texts.update(_texts(resolved.kept))
            _count(found, resolved.kept)
            _use(found.used, uses, resolved.kept)
    finally:
        seen.close()
        texts.close()
    _add_up(found.used, uses)
    return found


def _texts(kept: Sequence[Kept]) -> Mapping[int, int]:
    return {int.from_bytes(one.content_sha256[:_KEY_BYTES]): 0 for one in kept if one.content_sha256 is not None}


def _count(found: Survey, kept: Sequence[Kept]) -> None:
    found.events += len(kept) - sum(one.amends for one in kept)
    for state, count in Counter(one.event.content_state for one in kept).items():
        if state in SEEN:
            found.evaluable += count
        elif state is not ContentState.NONE:
            found.hidden[state.value] += count


def _use(total: Used, uses: dict[str, Used], kept: Sequence[Kept]) -> None:
    """Of records that tell of the same call the last counts, and what it leaves out is as it was."""
    for one in kept:
        event = one.event
        if event.input_tokens is None and event.output_tokens is None and event.cost_usd is None:
            continue
        use = uses.setdefault(event.usage_key or one.event_id, Used())
        use.input_tokens = use.input_tokens if event.input_tokens is None else event.input_tokens
        use.output_tokens = use.output_tokens if event.output_tokens is None else event.output_tokens
        use.cost_usd = use.cost_usd if event.cost_usd is None else event.cost_usd
    if len(uses) > _MOST_USES:
        _add_up(total, uses)


def _add_up(total: Used, uses: dict[str, Used]) -> None:
    for use in uses.values():
        total.add(use)
    uses.clear()
