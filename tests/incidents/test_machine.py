"""Any order of acts, on the pure core."""

from hypothesis import settings
from tests.incidents.desk_machine import DeskMachine
from tests.incidents.desk_model import Desk, ModelDesk


class PureMachine(DeskMachine):
    """On a desk in memory."""

    def new_desk(self) -> Desk:
        return ModelDesk()


TestPureMachine = PureMachine.TestCase
TestPureMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
