"""What an action of the console is, and the screens that actions belong to."""

from dataclasses import dataclass
from enum import StrEnum


class Place(StrEnum):
    """A screen that an action belongs to; its value is what the help calls it."""

    OVERVIEW = "overview"
    ALERTS = "alerts"
    INCIDENTS = "incidents"
    EVENTS = "events"
    SOURCES = "sources"
    AUDIT = "audit"
    RULES = "rules"
    BEHAVIOUR = "drift"
    USAGE = "usage"
    SILENCES = "silences"
    CAMPAIGNS = "campaigns"
    CAMPAIGN = "one campaign"
    BEHAVIOUR_CHART = "one chart"
    COMPARISON = "the comparison"
    BASELINES = "the baselines"
    ALERT = "one alert"
    EVENT = "one event"
    RULE = "one rule"
    EXPLANATION = "an explanation"
    INCIDENT = "one incident"
    HAND_OVER = "the hand-over"
    METRICS = "the figures"
    NOTIFICATIONS = "notifications"
    RECORD = "one record"
    VERIFICATION = "the verification"
    PEOPLE = "people"
    ACCOUNT = "one account"
    ROLE = "one role"
    APPROVAL = "one approval"


ANYWHERE = frozenset(Place)
QUEUES = frozenset(
    {
        *(Place.ALERTS, Place.INCIDENTS, Place.EVENTS, Place.AUDIT, Place.RULES, Place.SILENCES, Place.CAMPAIGNS),
        Place.BEHAVIOUR,
    }
)
OPENING = frozenset(
    {
        *(Place.OVERVIEW, Place.ALERTS, Place.INCIDENTS, Place.EVENTS, Place.RULES, Place.ALERT, Place.SILENCES),
        *(Place.INCIDENT, Place.NOTIFICATIONS, Place.AUDIT, Place.PEOPLE, Place.CAMPAIGNS, Place.CAMPAIGN),
        *(Place.BEHAVIOUR, Place.BEHAVIOUR_CHART, Place.USAGE),
    }
)
ON_ALERT = frozenset({Place.OVERVIEW, Place.ALERTS, Place.ALERT})
ON_RULE = frozenset({Place.RULES, Place.RULE})
ON_ONE = frozenset({Place.ALERT, Place.EVENT, Place.RULE, Place.INCIDENT, Place.RECORD})
ON_PERSON = frozenset({Place.ACCOUNT, Place.ROLE, Place.APPROVAL})
ON_BEHAVIOUR = frozenset({Place.BEHAVIOUR, Place.BEHAVIOUR_CHART, Place.USAGE, Place.COMPARISON, Place.BASELINES})
ON_TEXT = (
    ON_ONE
    | ON_PERSON
    | {Place.EXPLANATION, Place.HAND_OVER, Place.METRICS, Place.VERIFICATION, Place.CAMPAIGN, Place.BEHAVIOUR_CHART}
)
ON_EVENT = frozenset({Place.ALERT, Place.EVENT, Place.EXPLANATION})
ON_INCIDENT = frozenset({Place.INCIDENTS, Place.INCIDENT})
ON_MARKED = frozenset({Place.ALERTS, Place.INCIDENTS, Place.INCIDENT})
ON_DESK = frozenset({Place.HAND_OVER, Place.METRICS})
ON_JOURNAL = frozenset({Place.AUDIT, Place.RECORD, Place.VERIFICATION})
ON_RECORD = frozenset({Place.AUDIT, Place.RECORD})
ON_ACCOUNT = frozenset({Place.PEOPLE, Place.ACCOUNT})
ON_APPROVAL = frozenset({Place.PEOPLE, Place.APPROVAL})
ON_TEXTS_OF_LOGS = frozenset({Place.ALERT, Place.EVENT})
ON_THING = (
    ON_RULE
    | ON_EVENT
    | ON_INCIDENT
    | ON_DESK
    | ON_JOURNAL
    | ON_PERSON
    | ON_BEHAVIOUR
    | {Place.OVERVIEW, Place.ALERTS, Place.EVENTS, Place.SILENCES, Place.PEOPLE, Place.CAMPAIGNS, Place.CAMPAIGN}
)


class Owner(StrEnum):
    """Who has the ``action_…`` method."""

    APP = "app"
    SCREEN = "screen"
    LINES = ""
    """The focused list or text."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a person can do."""

    id: str
    keys: tuple[str, ...]
    label: str
    """A word or two, for the footer."""
    help: str
    places: frozenset[Place] = ANYWHERE
    owner: Owner = Owner.SCREEN
    capability: str = ""
    """What the service will ask for; without it the action is hidden here."""
    names: tuple[str, ...] = ()
    """What it is called after ``:``, the first being the usual one; without names it cannot be."""
    argument: str = ""
    """What may follow the name."""
    footer: int = 0
    """Rank in the footer, 1 first; 0 is not shown."""
    footer_places: frozenset[Place] = ANYWHERE
    """Screens whose footer it is in."""

    @property
    def target(self) -> str:
        """As Textual writes an action."""
        return f"{self.owner}.{self.id}" if self.owner else self.id
