"""Hand one message over to one channel, and say in a sentence why not when that fails; never with an address in it."""

import threading
from dataclasses import dataclass

from llmsec_tui.errors import ConfigError
from llmsec_tui.incidents.policy import Channel
from llmsec_tui.incidents.states import RunState
from llmsec_tui.patience import within
from llmsec_tui.service.outward import by_apprise, syslog
from llmsec_tui.service.outward.message import Message, as_json
from llmsec_tui.service.outward.remedies import environment
from llmsec_tui.service.outward.requesting import Request, request
from llmsec_tui.service.outward.runner import Ran, run_command
from llmsec_tui.service.outward.secrets_elsewhere import resolved

PATIENCE_S = 15.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """How it went."""

    delivered: bool
    why: str = ""
    """A sentence when it was not delivered."""


def deliver(channel: Channel, message: Message, stop: threading.Event, patience_s: float = PATIENCE_S) -> Delivery:
    """Try once. Raises nothing for what a channel does; ``stop`` ends a command that runs."""
    try:
        match channel.kind:
            case "apprise":
                return _by_apprise(channel, message, patience_s)
            case "webhook":
                return _by_webhook(channel, message, patience_s)
            case "syslog":
                return _by_syslog(channel, message, patience_s)
            case "exec":
                told = environment(message.incident_id)
                return _ended(run_command(channel.command, as_json(message), told, patience_s, stop))
    except ConfigError as error:
        return Delivery(False, str(error))
    return Delivery(False, f"This version knows no channels of kind {channel.kind}.")


def _by_apprise(channel: Channel, message: Message, patience_s: float) -> Delivery:
    target = _target(channel)
    try:
        why = within(patience_s, lambda: by_apprise.send(target, message, patience_s))
    except TimeoutError:
        why = f"It took more than {patience_s:g} s."
    return Delivery(not why, why)


def _by_webhook(channel: Channel, message: Message, patience_s: float) -> Delivery:
    asked = Request(method="POST", url=_target(channel), body=as_json(message), headers={})
    return _ended(request(asked, patience_s))


def _by_syslog(channel: Channel, message: Message, patience_s: float) -> Delivery:
    target = _target(channel)
    try:
        within(patience_s, lambda: syslog.send(target, message, patience_s))
    except TimeoutError:
        return Delivery(False, f"It took more than {patience_s:g} s.")
    except OSError as error:
        return Delivery(False, f"Syslog was not reached: {(error.strerror or type(error).__name__).lower()}.")
    except (ValueError, OverflowError):
        return Delivery(False, "Its target is no socket and no host:port.")
    return Delivery(True)


def _target(channel: Channel) -> str:
    return resolved(channel.target, f"the channel {channel.name}")


def _ended(ran: Ran) -> Delivery:
    return Delivery(True) if ran.state is RunState.DONE else Delivery(False, ran.told)
