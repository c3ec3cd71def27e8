"""What models do, by a collector of flesh and blood: measured as it comes in, pinned, and a drift raises an alert."""

from pathlib import Path
from uuid import uuid4

from tests.end_to_end.collectors import collecting, until
from tests.service.behaviour.parts import HOUR, START, traffic, write

from llmsec_tui.errors import ServiceError
from llmsec_tui.paths import Home
from llmsec_tui.service.api import ListAlerts
from llmsec_tui.service.behaviour.api import GetBehaviour, ListBaselines, ListBehaviour, ListUsage, PinBaseline
from llmsec_tui.service.client import ask_once
from llmsec_tui.service.rules.api import GetRule, ListRules


def test_a_drift_is_measured_and_raises_one_alert_a_metric(tmp_path: Path) -> None:
    """The rule for it is among those that are shipped."""
    home = tmp_path / "home"
    home.mkdir()
    Home(home).prices.write_text("budgets: {user: {u1: 0.1}}\n", encoding="utf-8")
    day, evening = list(traffic(24, swapped=4, each=80)), START + 20 * 3600
    log = write(tmp_path / "log.jsonl", (one for one in day if one["startTime"] < evening))
    with collecting(home, log):
        socket = Home(home).socket
        until(lambda: ask_once(socket, ListBehaviour()).until > (START + 19 * 3600) * 1_000_000)
        assert "Nothing is pinned" in ask_once(socket, ListBehaviour()).note
        until(lambda: _pinned(socket))
        write(log, (one for one in day if one["startTime"] >= evening))
        until(lambda: ask_once(socket, ListAlerts(filter="title:behaves")).total)
        assert "is not what it was" in ask_once(socket, ListAlerts(filter="title:behaves")).rows[0].excerpt
        board = ask_once(socket, ListBehaviour(filter="verdict:drift slice:all", hours=3))
        assert {"refusals", "output_tokens"} <= {one.metric for one in board.rows}
        found = ask_once(socket, GetBehaviour(metric="refusals", hours=3))
        assert found.causes[0].cause == "the provider's model"
        assert len(found.contributors) == 20
        assert ask_once(socket, ListUsage(by="user")).total == 9
        assert ask_once(socket, ListBaselines()).rows[0].in_force
        [spent] = ask_once(socket, ListAlerts(filter="title:budget")).rows
        assert (spent.level, spent.user_id) == ("medium", "u1")
        rules = {one.title: one for one in ask_once(socket, ListRules(filter="file:monitors")).rows}
        assert (len(rules), rules["Model behaves otherwise than it did"].kind) == (7, "drift")
        assert rules["A budget is spent"].alerts == 1
        shown = ask_once(socket, GetRule(rule_id=rules["A budget is spent"].rule_id))
        assert shown.over_time.startswith("money of a day by model, app, user, key, tenant, agent: more than 100%")
        assert shown.playbook[0].startswith("Open usage")


def _pinned(socket: Path) -> bool:
    """Whether twelve hours could be pinned: those that are measured are over a moment later."""
    noon = START * 1_000_000 + 12 * HOUR
    try:
        ask_once(socket, PinBaseline(command_id=uuid4().hex, since=0, until=noon, note="usual"))
    except ServiceError:
        return False
    return ask_once(socket, ListBaselines()).rows[0].hours == 12
