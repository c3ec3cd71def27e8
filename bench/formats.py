"""How fast records of every format become events, beside bare decoding of the same bytes in the same run.

Time is that of the processor, and the ways take turns, so that what else the machine does hits all of them alike.

usage: formats.py [MB [PATH ...]]      (default 1 MB of each sample, 0 for none; paths are measured as they are)
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from llmsec_tui.errors import FormatError
from llmsec_tui.events.batch import build
from llmsec_tui.events.history import Mapped, resolve
from llmsec_tui.events.model import Record
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.registry import Registry
from llmsec_tui.intake.decode import Decoder
from llmsec_tui.intake.frame import Frame, Framer
from llmsec_tui.service.collection import collect_rarely
from logs import SAMPLES, records_in, renumbered

CHUNK = 256 * 1024
ROUNDS = 5
AIM = 0.25
REGISTRY = Registry()
BARE: dict[str, Callable[[bytes], Any]] = {"msgspec": msgspec.json.Decoder().decode}
if find_spec("orjson"):
    BARE["orjson"] = import_module("orjson").loads


@dataclass
class Spent:
    """Seconds of processor by what they were spent on; the least of all rounds."""

    least: dict[str, float] = field(default_factory=dict)

    def on(self, what: str, work: Callable[[], Any]) -> Any:
        began = time.process_time()
        made = work()
        spent = time.process_time() - began
        self.least[what] = min(spent, self.least.get(what, spent))
        return made


@dataclass(frozen=True)
class Row:
    name: str
    bytes: int
    records: int
    events: int
    spent: dict[str, float]

    @property
    def reading(self) -> float:
        return self.spent["frame"] + self.spent["decode"] + self.spent["map"]

    @property
    def bare(self) -> float:
        return min(seconds for what, seconds in self.spent.items() if what in BARE)


def many(sample: Path, size: int) -> bytes:
    """The records of a sample over and over, each time with other ids, written as the sample is, to ``size`` bytes."""
    originals = list(records_in(sample))
    is_array = len(originals) == 1 and isinstance(originals[0][0], list)
    if is_array:
        originals = [(item, True) for item in originals[0][0]]
    parts: list[bytes] = []
    length = number = 0
    while length < size:
        for value, is_pretty in originals:
            varied = renumbered(value, number)
            parts.append(json.dumps(varied, ensure_ascii=False, indent=2 if is_pretty else None).encode())
            length += len(parts[-1])
        number += 1
    return b"[" + b",\n".join(parts) + b"]\n" if is_array else b"\n".join(parts) + b"\n"


def measured(name: str, data: bytes) -> Row:
    """One format, read our way and decoded the bare ways."""
    frames, records = framed(data), decoded(framed(data))
    if not records:
        sys.exit(f"{name} has no records in plain text")
    texts = [data[record.offset : record.offset + record.length] for record in records]
    texts = [text for text in texts if is_strict(text)]
    spent = Spent()
    mapped: list[Mapped] = []
    for _ in range(ROUNDS):
        spent.on("frame", lambda: framed(data))
        spent.on("decode", lambda: decoded(frames))
        mapped = spent.on("map", lambda: map_all(records))
        for what, decode in BARE.items():
            spent.on(what, lambda: each(decode, texts))  # noqa: B023  (called at once)
    for _ in range(2):
        resolved = spent.on("known", lambda: resolve(mapped, lambda _: {}, b"secret"))
        spent.on("frames", lambda: build(resolved.kept))  # noqa: B023  (called at once)
    return Row(name, sum(map(len, texts)), len(records), sum(len(one.events) for one in mapped), spent.least)


def is_strict(text: bytes) -> bool:
    """Whether the bare decoders take it; we take more."""
    try:
        for decode in BARE.values():
            decode(text)
    except ValueError:
        return False
    return True


def framed(data: bytes) -> list[Frame]:
    framer = Framer()
    frames: list[Frame] = []
    for start in range(0, len(data), CHUNK):
        frames += framer.feed(data[start : start + CHUNK]).frames
    return frames + framer.finish().frames


def decoded(frames: Sequence[Frame]) -> list[Record]:
    return Decoder("source", "bench.jsonl").decode(frames)[0]


def map_all(records: Sequence[Record]) -> list[Mapped]:
    memory = Memory()
    made = []
    for record in records:
        with suppress(FormatError):
            outcome = REGISTRY.map(record, memory)
            made.append(Mapped(record, outcome.format, outcome.events))
    return made


def each(decode: Callable[[bytes], Any], texts: Sequence[bytes]) -> None:
    for text in texts:
        decode(text)


def table(rows: Sequence[Row]) -> Iterator[str]:
    """MB/s of ours and of both decoders, the ratio to the faster one, and µs by stage."""
    stages = ("frame", "decode", "map", "known", "frames")
    yield (
        f"{'format':<28}{'B/record':>9}{'events':>8}{'ours':>8}{'orjson':>8}{'msgspec':>8}{'ratio':>7}"
        f"  │ µs a record:{'frame':>6}{'decode':>8}{'map':>8}  │ µs an event:{'map':>6}{'known':>7}{'frames':>7}"
    )
    for row in rows:
        micros = {stage: row.spent[stage] * 1e6 for stage in stages}
        speeds = "".join(
            f"{row.bytes / row.spent[what] / 1e6:>8.0f}" if what in row.spent else f"{'–':>8}"
            for what in ("orjson", "msgspec")
        )
        ratio = row.bare / row.reading
        events = max(row.events, 1)
        yield (
            f"{row.name:<28}{row.bytes / row.records:>9.0f}{row.events / row.records:>8.1f}"
            f"{row.bytes / row.reading / 1e6:>8.1f}{speeds}{ratio:>7.3f}{' ' if ratio >= AIM else '<'}"
            f" │ {'':<12}{micros['frame'] / row.records:>6.2f}{micros['decode'] / row.records:>8.2f}"
            f"{micros['map'] / row.records:>8.2f}  │ {'':<12}{micros['map'] / events:>6.2f}"
            f"{micros['known'] / events:>7.2f}{micros['frames'] / events:>7.2f}"
        )


def main() -> None:
    collect_rarely()
    size = int(float(sys.argv[1]) * 1e6) if len(sys.argv) > 1 else 1_000_000
    paths = [Path(name) for name in sys.argv[2:]]
    rows = [measured(sample.name, many(sample, size)) for sample in sorted(SAMPLES.iterdir()) if size]
    rows += [measured(f"{path.parent.name}/{path.name}"[-28:], path.read_bytes()) for path in paths]
    print("\n".join(table(rows)))
    below = sum(row.bare / row.reading < AIM for row in rows)
    print(f"\n{below} of {len(rows)} below {AIM} of bare decoding")


if __name__ == "__main__":
    main()
