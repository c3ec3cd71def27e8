"""A collector's rooms around two days of a shop's assistant, whose model was swapped eight hours before the end."""

from collections.abc import Iterator

import pytest
from tests.service.behaviour.parts import HOUR, START, measured, traffic
from tests.service.conftest import rooms
from tests.service.parts import actor

from llmsec_tui.paths import Home
from llmsec_tui.service.behaviour.api import PinBaseline
from llmsec_tui.service.commands import carry_out
from llmsec_tui.service.context import Context

PINNED_UNTIL = START * 1_000_000 + 36 * HOUR


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """Nobody may change it but to add what others do not look at."""
    home = Home(tmp_path_factory.mktemp("shop") / "home")
    home.create()
    with rooms(home) as made:
        rolling = measured(made.store, home.root, traffic(48, swapped=8))
        made.store.add_marker(
            at=PINNED_UNTIL + 4 * HOUR - 1, noted_at=1, kind="deploy", text="v2 of the shop", app="", author="ci"
        )
        carry_out(made, actor(), PinBaseline(command_id="pin", since=0, until=PINNED_UNTIL, note="an ordinary day"))
        rolling.run()
        yield made
