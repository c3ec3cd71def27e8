"""Any order of acts, through the desk on a store: what is in its tables is what the events add up to."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis.stateful import invariant, rule
from tests.incidents.desk_machine import DeskMachine
from tests.service.desk_in_store import DeskInStore

from llmsec_tui.incidents.states import State


class StoredMachine(DeskMachine):
    """On files of its own."""

    def new_desk(self) -> DeskInStore:
        self._folder = TemporaryDirectory()
        self._stored = DeskInStore(Path(self._folder.name))
        return self._stored

    def event(self, pick: int) -> str:
        return self._stored.event(pick)

    @rule()
    def the_store_is_opened_anew(self) -> None:
        """As after a restart of the collector."""
        self._stored.reopen()

    @invariant()
    def every_table_is_what_the_events_add_up_to(self) -> None:
        assert self._stored.store.incidents_differ() == []

    @invariant()
    def alerts_are_closed_exactly_with_their_incident(self) -> None:
        incidents = self.desk.incidents()
        for alert, state in self._stored.states().items():
            name = self.desk.alerts()[alert]
            is_closed = name != "" and incidents[name].state is State.CLOSED
            assert (state == "closed") == is_closed
            assert state != "withdrawn" or not name

    @invariant()
    def who_is_told_of_changes_is_told_of_each_once_and_in_order(self) -> None:
        kept = {(event.incident_id, event.seq) for name in self.desk.incidents() for event in self.desk.log(name)}
        told = [(event.incident_id, event.seq) for event in self._stored.told]
        assert set(told) == kept
        assert len(told) == len(kept)

    def teardown(self) -> None:
        self._stored.close()
        self._folder.cleanup()


TestStoredMachine = StoredMachine.TestCase
TestStoredMachine.settings = settings(max_examples=6, stateful_step_count=25, deadline=None)
