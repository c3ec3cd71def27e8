"""Run collectors that die: each kills itself with SIGKILL at a step of a batch, or while a step goes on.

``python victim.py HOME LOGS SEED COUNT`` prints what happened as JSON: how often a collector died at each step, and how
often the end of the store's log was cut off after that. With a COUNT of 0 one reads all there is and lives. Collectors
are forked off one process that has imported all they need, since a start takes longer than what is tested.
"""

import json
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partialmethod
from pathlib import Path
from typing import Any

from tests.crash.steps import BETWEEN, STEPS

from llmsec_tui.intake.follow import Follower
from llmsec_tui.paths import Home
from llmsec_tui.service import collector, ingest
from llmsec_tui.service.detector import Detector

TIMES = 2
"""A step is come to so often at most before it kills."""
LATEST_S = 0.02
"""What dies while a step goes on dies so long after its beginning at most."""
LONGEST_S = 60.0
LINGER_S = 0.3
RULES = Path(__file__).with_name("rules")
_CUTS = 0.4


def main(home: Home, logs: Path, seed: int, count: int) -> dict[str, dict[str, int]]:
    chance = random.Random(seed)
    steps = chance.sample(list(STEPS), len(STEPS))
    died: Counter[str] = Counter()
    cuts: Counter[str] = Counter()
    for number in range(count):
        step = steps[number % len(steps)]
        child = os.fork()
        if not child:
            _collect(home, logs, step, chance)
        died[step if _dies(child) else "not reached: " + step] += 1
        if chance.random() < _CUTS:
            cuts[_cut_log(home.store.with_name(home.store.name + ".wal"), chance)] += 1
        chance.random()
    return {"died": dict(died), "cuts": dict(cuts)}


def _collect(home: Home, logs: Path, step: str, chance: random.Random) -> None:
    """Never returns."""
    os.setpgid(0, 0)
    log = os.open(home.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    # What otherwise happens only in quiet hours.
    ingest.IDLE_S = 0.1
    Follower.__init__ = partialmethod(Follower.__init__, linger_s=LINGER_S)  # type: ignore[assignment, method-assign]
    Detector.warm = _do_nothing  # type: ignore[assignment, method-assign]
    owner, name, when = STEPS[step]
    setattr(owner, name, _deadly(getattr(owner, name), when, 1 + chance.randrange(TIMES), chance.random() * LATEST_S))
    collector.run(home, [str(logs)], from_start=True, rules=[RULES])
    os._exit(0)


def _do_nothing(_: Detector) -> None:
    pass


def _deadly(function: Callable[..., Any], when: str, times: int, delay_s: float) -> Callable[..., Any]:
    left = [times]

    def instead(*arguments: Any, **named: Any) -> Any:
        left[0] -= 1
        if not left[0] and when == BETWEEN:
            threading.Timer(delay_s, _die).start()
        elif left[0] <= 0 and when == "before":
            _die()
        done = function(*arguments, **named)
        if left[0] <= 0 and when == "after":
            _die()
        return done

    return instead


def _die() -> None:
    os.killpg(0, signal.SIGKILL)


def _dies(child: int) -> bool:
    """Whether it did so by itself, in time."""
    end = time.monotonic() + LONGEST_S
    while time.monotonic() < end:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def _cut_log(log: Path, chance: random.Random) -> str:
    """Lose the end of what the store wrote last, or all of it, as after a power failure."""
    if not log.exists():
        return "nothing to cut"
    if chance.random() < 0.2:
        log.unlink()
        return "removed"
    os.truncate(log, chance.randrange(log.stat().st_size + 1))
    return "cut"


if __name__ == "__main__":
    place, folder, seed, count = sys.argv[1:]
    if count == "0":
        sys.exit(collector.run(Home(Path(place)), [folder], from_start=True, rules=[RULES], once=True))
    print(json.dumps(main(Home(Path(place)), Path(folder), int(seed), int(count))))
