"""Every action × every role: by key, in the palette and after ``:`` it is offered just where the role may do it."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import pytest
from tests.console.backend import Backend
from tests.console.driving import Driver, driving
from textual.keys import _character_to_key

from llmsec_tui.access.role_file import shipped
from llmsec_tui.console.actions import ACTIONS, Action, Owner, Place, named
from llmsec_tui.console.palette import Actions
from llmsec_tui.console.screens.base import Pane
from llmsec_tui.console.screens.person import AccountPane, ApprovalPane, RolePane
from llmsec_tui.console.shell import Shell
from llmsec_tui.errors import ServiceError
from llmsec_tui.paths import Home
from llmsec_tui.service.api import Ask

ROLES = sorted(shipped().roles)
R = TypeVar("R")
DOORS = ("key", "palette", "command")


@dataclass(frozen=True)
class Try:
    """One way to have something done, for one role on one screen."""

    role: str
    place: Place
    action: str
    door: str


class _Backend(Backend):
    """Has no answer to some things: what stands on a screen does not matter here."""

    async def ask(self, ask: Ask[R], /) -> R:
        if not hasattr(self, f"_answer_{type(ask).__name__}"):
            raise ServiceError("Not now.")
        return await super().ask(ask)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[frozenset[Try]]:
    """Which doors of one console opened, with every screen and role tried in turn."""
    with pytest.MonkeyPatch.context() as patch:
        # Whether there is anything to do it on just now is not the question here.
        for pane in _panes(Pane):
            for name, said in (("is_idle", False), ("hides", False), ("_is_at", True)):
                if hasattr(pane, name):
                    patch.setattr(pane, name, lambda *_, said=said: said)
        yield asyncio.run(_opened(Home(tmp_path_factory.mktemp("doors") / "home")))


def _panes(kind: type[Pane]) -> Iterator[type[Pane]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _panes(below)


async def _opened(home: Home) -> frozenset[Try]:
    home.create()
    backend = _Backend(alerts=3, events=5)
    found: set[Try] = set()
    async with driving(backend, home) as driver:
        for place in Place:
            await _become(driver, "admin")
            await _go(driver, place)
            for role in ROLES:
                await _become(driver, role)
                found |= {Try(role, place, *door) for door in await _doors(driver.app, place)}
    return frozenset(found)


async def _become(driver: Driver, role: str) -> None:
    driver.backend.capabilities = sorted(shipped().roles[role].capabilities)
    await driver.until(lambda: driver.app.capabilities == driver.backend.capabilities)


async def _go(driver: Driver, place: Place) -> None:
    """Show a screen of this kind, with nothing over it."""
    app = driver.app
    alert, event, rule = driver.backend.alerts[0], driver.backend.events[0], driver.backend.rules[0]
    ways: dict[Place, Callable[[], object]] = {
        Place.ALERT: partial(app.open_alert, alert, ""),
        Place.EVENT: partial(app.open_event, event.event_id),
        Place.RULE: partial(app.open_rule, rule, ""),
        Place.EXPLANATION: partial(app.explain, event.event_id, "", ""),
        Place.INCIDENT: partial(app.open_incident, "INC-1"),
        Place.RECORD: partial(app.open_record, 1, ""),
        Place.VERIFICATION: app.open_verification,
        Place.CAMPAIGN: partial(app.open_campaign, "000000000001"),
        Place.BASELINES: app.open_baselines,
        Place.BEHAVIOUR_CHART: partial(app.open_behaviour, "latency", "all", 1),
        **{
            pane.place: partial(app.push_screen, pane("ann", Place.PEOPLE))
            for pane in (AccountPane, RolePane, ApprovalPane)
        },
    }
    if place in ways:
        ways[place]()
    elif place.value in app.MODES:
        await app._bottom_of(place.value)
    else:
        await app.run_action(f"app.{place.name.lower()}")
    await driver.until(lambda: isinstance(app.screen, Pane) and app.screen.place is place)


async def _doors(app: Shell, place: Place) -> list[tuple[str, str]]:
    """Actions with the doors at which they were let through, on the screen that is open."""
    screen = app.screen
    # What somebody types into a filter is no key.
    screen.set_focus(None)
    here = [action for action in ACTIONS if action.owner is Owner.APP or place in action.places]
    here = [action for action in here if action.owner is not Owner.LINES]
    found = [(hit.id, "palette") for hit in Actions(screen)._possible()]
    done: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "say", lambda *_, **__: None)
        for action in here:
            node = app if action.owner is Owner.APP else screen
            patch.setattr(node, f"action_{action.id}", lambda *_, of=action.id: done.append(of), raising=False)
        for action in here:
            done.clear()
            for key in action.keys:
                bound = _character_to_key(key) if len(key) == 1 else key
                await app._check_bindings(bound, priority=True) or await app._check_bindings(bound)
            found += [(action.id, "key")] if action.keys and done == [action.id] * len(action.keys) else []
            done.clear()
            for name in action.names:
                await app._typed(f"{name} x" if action.argument else name)
            meant = [name for name in action.names if named(name, place) is action]
            found += [(action.id, "command")] if meant and done == [action.id] * len(meant) else []
    return found


def _has(action: Action, door: str) -> bool:
    """Whether the action can be reached so at all."""
    bare = not action.argument or action.argument.startswith("[")
    return {"key": bool(action.keys), "palette": bare, "command": bool(action.names)}[door]


@pytest.mark.parametrize("action", [a for a in ACTIONS if a.owner is not Owner.LINES], ids=lambda action: action.id)
def test_an_action_is_offered_just_to_the_roles_that_may_do_it(opened: frozenset[Try], action: Action) -> None:
    for door in DOORS:
        for place in action.places:
            got = {role for role in ROLES if Try(role, place, action.id, door) in opened}
            may = {
                role
                for role in ROLES
                if not action.capability or action.capability in shipped().roles[role].capabilities
            }
            assert got == (may if _has(action, door) else set()), (door, place)


def test_moving_in_a_list_takes_nothing() -> None:
    """Those actions have no door but their keys, so no capability could be asked for there."""
    assert {action.capability for action in ACTIONS if action.owner is Owner.LINES} == {""}
