"""A collector's rooms without the process around them, and the processes too."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from llmsec_tui.access.signing import SigningKeys
from llmsec_tui.audit.journal import Journal
from llmsec_tui.detect.ruleset import RuleSet
from llmsec_tui.intake.follow import Follower
from llmsec_tui.paths import Home
from llmsec_tui.service.access.room import AccessRoom
from llmsec_tui.service.auditing.room import AuditRoom
from llmsec_tui.service.context import Context
from llmsec_tui.service.desk.room import DeskRoom
from llmsec_tui.service.detection.in_force import DetectionInForce
from llmsec_tui.service.detector import Detector
from llmsec_tui.service.ingest import Ingest
from llmsec_tui.service.pipeline import Pipeline
from llmsec_tui.service.rules.rulebook import Rulebook
from llmsec_tui.service.silences.suppression import Suppression
from llmsec_tui.store.store import Store

NO_RULES = RuleSet(())


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.create()
    return made


@pytest.fixture
def context(home: Home) -> Iterator[Context]:
    """Store, journal and an intake that is not started."""
    with rooms(home) as made:
        yield made


@contextmanager
def rooms(home: Home) -> Iterator[Context]:
    """The same, for as long as a test likes."""
    store = Store.open(home.store)
    journal = Journal.open(home.journal)
    follower = Follower([], [], from_start=True)
    rules = Rulebook([], NO_RULES)
    room = DeskRoom.open(home, store, journal, rules)
    pipeline = Pipeline(Detector(NO_RULES), store.known)
    ingest = Ingest(follower, pipeline, store, once=False, on_end=lambda: None, desk=room.desk)
    access = AccessRoom.open(home, store, journal)
    yield Context(
        store=store,
        journal=journal,
        rules=rules,
        suppression=Suppression(NO_RULES),
        ingest=ingest,
        room=room,
        access=access,
        auditing=AuditRoom.open(home, store, journal, SigningKeys(home)),
        detection=DetectionInForce(home.detection, journal),
        pid=os.getpid(),
        watching=[],
        started_at=0,
        stop=lambda: None,
    )
    room.stop()
    access.close()
    follower.close()
    journal.close()
    store.close()
