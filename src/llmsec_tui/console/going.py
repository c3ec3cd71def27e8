"""From one screen to another: what opens, and over what."""

from abc import abstractmethod

from textual.screen import Screen

from llmsec_tui.console import actions, saved_filters
from llmsec_tui.console.covering import Covered
from llmsec_tui.console.link import Link
from llmsec_tui.console.screens.alert import AlertPane
from llmsec_tui.console.screens.alerts import AlertsPane
from llmsec_tui.console.screens.base import Pane
from llmsec_tui.console.screens.baselines import BaselinesPane
from llmsec_tui.console.screens.behaviour_chart import BehaviourChartPane
from llmsec_tui.console.screens.campaigns import CampaignPane, CampaignsPane
from llmsec_tui.console.screens.comparison import ComparisonPane
from llmsec_tui.console.screens.event import EventPane
from llmsec_tui.console.screens.events import EventsPane
from llmsec_tui.console.screens.explanation import ExplainPane
from llmsec_tui.console.screens.hand_over import HandOverPane
from llmsec_tui.console.screens.incident import IncidentPane
from llmsec_tui.console.screens.incidents import IncidentsPane
from llmsec_tui.console.screens.metrics import MetricsPane
from llmsec_tui.console.screens.notifications import NotificationsPane
from llmsec_tui.console.screens.people import PeoplePane
from llmsec_tui.console.screens.record import RecordPane
from llmsec_tui.console.screens.rule import RulePane
from llmsec_tui.console.screens.silences import SilencesPane
from llmsec_tui.console.screens.verification import VerificationPane
from llmsec_tui.errors import LlmsecError
from llmsec_tui.service.api import AlertRow, GetAlert
from llmsec_tui.service.rules.api import RuleRow


class Going(Covered):
    """An app that goes from screen to screen."""

    link: Link

    @property
    @abstractmethod
    def user(self) -> str:
        """Who looks, by account name; empty while nobody has said."""

    @abstractmethod
    def say(self, message: str, *, bad: bool = False, lasting: bool = False) -> None:
        """A short message over the screen."""

    def open_alert(self, row: AlertRow, filter_text: str, *, grouped: bool = False) -> None:
        """Show one alert over the screen that is open; the next one is of another group, if they are grouped there."""
        self.push_screen(AlertPane(row, filter_text, self._place(), grouped=grouped))

    def open_alert_by_id(self, alert_id: str) -> None:
        """Show the alert of this id."""
        self.run_worker(self._open_alert(alert_id), group="go", exclusive=True)

    async def _open_alert(self, alert_id: str) -> None:
        try:
            detail = await self.link.ask(GetAlert(alert_id=alert_id))
        except LlmsecError as error:
            self.say(str(error), bad=True)
        else:
            self.open_alert(detail.row, "")

    def open_incident(
        self, name: str, *, filter_text: str = "", order: str = "urgent", position: int | None = None
    ) -> None:
        """Show one incident over the screen that is open; ``name`` may be that of an alert in it."""
        home = self._place()
        self.push_screen(IncidentPane(name, home, filter_text=filter_text, order=order, position=position))

    def open_event(self, event_id: str, filter_text: str = "") -> None:
        """Show one event over the screen that is open."""
        self.push_screen(EventPane(event_id, filter_text, self._place()))

    def open_rule(self, row: RuleRow, filter_text: str) -> None:
        """Show one rule over the screen that is open."""
        self.push_screen(RulePane(row, filter_text, self._place()))

    def explain(self, event_id: str, rule: str, subject: str) -> None:
        """Show why a rule fired on an event or did not; ``event_id`` may be an alert's, then the rule may be empty."""
        self.push_screen(ExplainPane(event_id, rule, subject, self._place()))

    def open_record(self, seq: int, filter_text: str) -> None:
        """Show one record of the journal."""
        self.push_screen(RecordPane(seq, filter_text, self._place()))

    def open_verification(self) -> None:
        """Verify the journal, and show what that found."""
        if not isinstance(self.screen, VerificationPane):
            self.push_screen(VerificationPane(self._place()))

    def open_campaign(self, campaign_id: str) -> None:
        self.push_screen(CampaignPane(campaign_id, self._place()))

    def open_behaviour(self, metric: str, part: str, hours: int, at: int | None = None) -> None:
        """Show how a metric of a slice went; explain the hour that began ``at`` (µs), or the newest time."""
        self.push_screen(BehaviourChartPane(metric, part, hours, self._place(), at))

    def show_alerts(self, filter_text: str) -> None:
        """Go to the alerts that match."""
        self.run_worker(self._show_list("alerts", filter_text), group="go", exclusive=True)

    def show_incidents(self, filter_text: str) -> None:
        """Go to the incidents that match."""
        self.run_worker(self._show_list("incidents", filter_text), group="go", exclusive=True)

    def show_events(self, filter_text: str) -> None:
        """Go to the events that match."""
        self.run_worker(self._show_list("events", filter_text), group="go", exclusive=True)

    async def _show_list(self, mode: str, filter_text: str) -> None:
        if self.covered:
            return
        screen = await self._bottom_of(mode)
        assert isinstance(screen, AlertsPane | IncidentsPane | EventsPane)
        screen.look_at(filter_text)

    async def _bottom_of(self, mode: str) -> Screen[object]:
        """Go to a screen of the first rank, with nothing over it."""
        if self.current_mode != mode:
            await self.switch_mode(mode)
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        return self.screen

    def _place(self) -> actions.Place:
        return self.screen.home_place if isinstance(self.screen, Pane) else actions.Place.OVERVIEW

    def action_overview(self) -> None:
        self._go_to("overview")

    def action_alerts(self) -> None:
        self._go_to("alerts")

    def action_incidents(self) -> None:
        self._go_to("incidents")

    def action_events(self) -> None:
        self._go_to("events")

    def action_sources(self) -> None:
        self._go_to("sources")

    def action_audit(self) -> None:
        self._go_to("audit")

    def action_rules(self) -> None:
        self._go_to("rules")

    def action_drift(self) -> None:
        self._go_to("drift")

    def action_usage(self) -> None:
        self._go_to("usage")

    def action_comparison(self, models: str = "") -> None:
        one, _, other = models.partition(" ")
        if isinstance(self.screen, ComparisonPane):
            self.screen.compare(one, other.strip())
        else:
            self.push_screen(ComparisonPane(self._place(), one, other.strip()))

    def open_baselines(self) -> None:
        self.push_screen(BaselinesPane(self._place()))

    def action_silences(self) -> None:
        if not isinstance(self.screen, SilencesPane):
            self.push_screen(SilencesPane(self._place()))

    def action_campaigns(self) -> None:
        if not isinstance(self.screen, CampaignsPane):
            self.push_screen(CampaignsPane(self._place()))

    def action_hand_over(self) -> None:
        if not isinstance(self.screen, HandOverPane):
            self.push_screen(HandOverPane(self._place()))

    def action_metrics(self) -> None:
        if not isinstance(self.screen, MetricsPane):
            self.push_screen(MetricsPane(self._place()))

    def action_notifications(self) -> None:
        if not isinstance(self.screen, NotificationsPane):
            self.push_screen(NotificationsPane(self._place()))

    def action_people(self, begin_with: str = "accounts") -> None:
        if isinstance(self.screen, PeoplePane):
            self.screen.begin_with(begin_with)
        else:
            self.push_screen(PeoplePane(self._place(), begin_with))

    def action_approvals(self) -> None:
        self.action_people("approvals")

    def action_show_mine(self) -> None:
        self._show_saved("mine")

    def action_show_unowned(self) -> None:
        self._show_saved("unowned")

    def action_show_missed(self) -> None:
        self._show_saved("missed")

    def action_show_pending(self) -> None:
        self._show_saved("pending")

    def action_show_closed(self) -> None:
        self._show_saved("closed")

    def action_show_all(self) -> None:
        self._show_saved("all")

    def _show_saved(self, name: str) -> None:
        self.show_incidents(saved_filters.BY_NAME[name].filled(self.user))

    def _go_to(self, mode: str) -> None:
        if self.current_mode == mode:
            while len(self.screen_stack) > 1:
                self.pop_screen()
        else:
            self.switch_mode(mode)
