"""The one table of actions against everything that is made from it."""

from collections import Counter
from pathlib import Path

import pytest
from textual.binding import Binding

from llmsec_tui.access.capabilities import CAPABILITIES
from llmsec_tui.console import actions
from llmsec_tui.console.actions import ACTIONS, NAMES, Owner, Place, named
from llmsec_tui.console.keys_page import keys_page
from llmsec_tui.console.line_view import LineView
from llmsec_tui.console.screens.alert import AlertPane
from llmsec_tui.console.screens.alerts import AlertsPane
from llmsec_tui.console.screens.audit import AuditPane
from llmsec_tui.console.screens.base import Pane
from llmsec_tui.console.screens.baselines import BaselinesPane
from llmsec_tui.console.screens.behaviour import BehaviourPane
from llmsec_tui.console.screens.behaviour_chart import BehaviourChartPane
from llmsec_tui.console.screens.campaigns import CampaignPane, CampaignsPane
from llmsec_tui.console.screens.comparison import ComparisonPane
from llmsec_tui.console.screens.event import EventPane
from llmsec_tui.console.screens.events import EventsPane
from llmsec_tui.console.screens.explanation import ExplainPane
from llmsec_tui.console.screens.hand_over import HandOverPane
from llmsec_tui.console.screens.incident import IncidentPane
from llmsec_tui.console.screens.incident_acts import ACTS_OF
from llmsec_tui.console.screens.incidents import IncidentsPane
from llmsec_tui.console.screens.metrics import MetricsPane
from llmsec_tui.console.screens.notifications import NotificationsPane
from llmsec_tui.console.screens.overview import OverviewPane
from llmsec_tui.console.screens.people import PeoplePane
from llmsec_tui.console.screens.person import AccountPane, ApprovalPane, RolePane
from llmsec_tui.console.screens.record import RecordPane
from llmsec_tui.console.screens.rule import RulePane
from llmsec_tui.console.screens.rules import RulesPane
from llmsec_tui.console.screens.silences import SilencesPane
from llmsec_tui.console.screens.sources import SourcesPane
from llmsec_tui.console.screens.usage import UsagePane
from llmsec_tui.console.screens.verification import VerificationPane
from llmsec_tui.console.shell import Shell

PANES: dict[Place, type[Pane]] = {
    pane.place: pane
    for pane in (
        *(OverviewPane, AlertsPane, EventsPane, SourcesPane, AuditPane, RulesPane),
        *(AlertPane, EventPane, ExplainPane, RulePane, SilencesPane),
        *(IncidentsPane, IncidentPane, HandOverPane, MetricsPane, NotificationsPane),
        *(RecordPane, VerificationPane, PeoplePane, AccountPane, RolePane, ApprovalPane),
        *(BehaviourPane, BehaviourChartPane, UsagePane, ComparisonPane, BaselinesPane, CampaignsPane, CampaignPane),
    )
}


def test_the_keys_page_is_fresh() -> None:
    """Run ``python -m llmsec_tui.console.keys_page > docs/keys.md`` when it is not."""
    page = Path(__file__).parent.parent.parent / "docs" / "keys.md"
    assert page.read_text("utf-8") == keys_page()


@pytest.mark.parametrize("place", Place)
def test_no_key_means_two_things_on_one_screen(place: Place) -> None:
    """One key, one verb."""
    keys = Counter(key for action in ACTIONS if place in action.places for key in action.keys)
    assert [key for key, number in keys.items() if number > 1] == []


@pytest.mark.parametrize("place", Place)
def test_no_name_means_two_actions_on_one_screen(place: Place) -> None:
    """A command is one action there."""
    names = Counter(name for action in ACTIONS if place in action.places for name in action.names)
    assert set(names.values()) == {1}
    assert {"alerts", "audit", "sources", "q", "ack"} <= set(NAMES)


def test_a_name_that_several_screens_have_means_what_the_open_one_has() -> None:
    """``:ack`` takes the alert, or the incident."""
    assert named("ack", Place.ALERTS) is actions.BY_ID["acknowledge"]
    assert named("ack", Place.INCIDENT) is actions.BY_ID["ack_incident"]
    assert named("nonsense", Place.ALERTS) is None


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_every_action_can_be_carried_out_wherever_it_is_offered(action: actions.Action) -> None:
    """The table names nothing that a screen does not have."""
    owners: dict[Owner, list[type]] = {
        Owner.APP: [Shell],
        Owner.LINES: [LineView],
        Owner.SCREEN: [PANES[place] for place in action.places],
    }
    for owner in owners[action.owner]:
        assert callable(getattr(owner, f"action_{action.id}", None)), (owner, action.id)


@pytest.mark.parametrize("place", Place)
def test_the_keys_of_a_screen_are_those_of_the_table(place: Place) -> None:
    """Bindings are made from it, and from nothing else."""
    bound = [binding for binding in PANES[place].BINDINGS if isinstance(binding, Binding)]
    wanted = {
        (key, action.target)
        for action in ACTIONS
        if action.owner is Owner.SCREEN and place in action.places
        for key in action.keys
    }
    assert {(binding.key, binding.action) for binding in bound} == wanted


def test_capabilities_are_those_that_the_service_asks_for() -> None:
    """A misspelt one would hide an action from everybody."""
    assert {action.capability for action in ACTIONS} - {""} <= set(CAPABILITIES)


def test_help_finds_actions_by_key_name_or_word() -> None:
    """Every action is in the help, and typing narrows it."""
    assert actions.search("") == list(ACTIONS)
    assert [action.id for action in actions.search("put away")] == ["dismiss_alert"]
    assert "quit" in [action.id for action in actions.search("q")]
    assert actions.search("no such thing at all") == []


@pytest.mark.parametrize("place", Place)
def test_every_footer_is_short(place: Place) -> None:
    """More than this is not read. What an incident's state or section hides is not there to be read either."""
    always = [action for action in actions.footer(place) if action.id not in ACTS_OF]
    assert 1 <= len(always) <= 9
