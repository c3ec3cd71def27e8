"""What is not shown, and what a person does about it."""

import pytest
from msgspec.structs import replace
from tests.console.backend import START, Backend
from tests.console.driving import LARGE, SIZES, SMALL, driving

from llmsec_tui.console.silence_dialog import scopes
from llmsec_tui.paths import Home
from llmsec_tui.service.api import ListAlerts, RiskRow
from llmsec_tui.service.silences.api import AddSilence, EndSilence, PreviewSilence


@pytest.mark.parametrize("size", SIZES)
async def test_a_silence_is_added_with_a_look_at_what_it_would_have_hidden(home: Home, size: tuple[int, int]) -> None:
    """Prefilled from the alert; without a reason nothing happens."""
    backend = Backend()
    alert = backend.alerts[0]
    async with driving(backend, home, size) as driver:
        await driver.press("2")
        await driver.see("1 of 30")
        await driver.press("s")
        await driver.see("Silence alerts like this", f"this rule, user {alert.user_id}", "2 hours")
        await driver.see("It would have hidden 14 of the 120 alerts (11%)")
        await driver.press("enter")
        await driver.see("A reason is required")
        await driver.press("shift+tab", "right", "tab")
        await driver.see("8 hours")
        await driver.type("load test")
        await driver.press("enter")
        await driver.see("holds.")
    (added,) = [ask for ask in backend.asked if isinstance(ask, AddSilence)]
    assert [(one.field, one.value) for one in added.demands] == [
        ("rule_id", alert.rule_id),
        ("user_id", alert.user_id),
    ]
    assert added.note == "load test"


async def test_what_is_too_broad_is_not_even_sent(home: Home) -> None:
    """The reason stands where the figures would; less can be chosen, and escape leaves everything as it is."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await driver.press("2")
        await driver.see("1 of 30")
        await driver.press("s")
        await driver.see("14 of the 120")
        await driver.press("shift+tab", "shift+tab", "left")
        await driver.see("this rule, everywhere", "More than half is too much.")
        await driver.press("enter")
        await driver.see("It is too broad.")
        await driver.press("right")
        await driver.see("14 of the 120")
        await driver.press("escape")
        await driver.until(lambda: "Silence alerts like this" not in driver.text())
    assert not [ask for ask in backend.asked if isinstance(ask, AddSilence)]
    assert len([ask for ask in backend.asked if isinstance(ask, PreviewSilence)]) == 3


@pytest.mark.parametrize("size", SIZES)
async def test_silences_are_listed_and_ended_and_lead_to_what_they_hid(home: Home, size: tuple[int, int]) -> None:
    """The line below says how many hold; escape leads back."""
    backend = Backend()
    async with driving(backend, home, size) as driver:
        await driver.see("1 silence, 28 hidden")
        await driver.press("S")
        await driver.see("› silences", "user bob", "holds", "expired", "1 of 2")
        if size is LARGE:
            await driver.see("REASON", "ENDED BY")
        await driver.press("x")
        await driver.see("End this silence", "user bob")
        await driver.type("done")
        await driver.press("enter")
        await driver.see("is over.", "ended")
        await driver.press("escape")
        await driver.until(lambda: "› silences" not in driver.text())
        await driver.press("S", "enter")
        await driver.see("silence:000000000002")
    assert [ask.note for ask in backend.asked if isinstance(ask, EndSilence)] == ["done"]


async def test_who_may_not_silence_is_not_offered_to(home: Home) -> None:
    backend = Backend()
    backend.capabilities = [name for name in backend.capabilities if name != "alerts.silence"]
    async with driving(backend, home) as driver:
        await driver.press("2")
        await driver.see("1 of 30")
        await driver.press("s")
        assert "Silence" not in driver.text()
        await driver.press("S")
        await driver.see("user bob")
        await driver.press("x")
        assert "End this silence" not in driver.text()


async def test_a_list_says_how_much_of_it_is_not_shown_and_can_be_grouped(home: Home) -> None:
    """One line for each group has its number in front; the next alert from there is of the next group."""
    backend = Backend()
    backend.suppressed = 52
    backend.alerts[0] = replace(backend.alerts[0], grouped=3)
    async with driving(backend, home) as driver:
        await driver.press("2")
        await driver.see("1 of 30 +52 suppressed")
        await driver.press("v")
        await driver.see("1 of 30 groups +52 suppressed", "3× ")
        await driver.press("enter")
        await driver.see("› alert")
        await driver.press("n")
        await driver.until(lambda: [ask for ask in backend.asked if isinstance(ask, ListAlerts) and ask.limit == 1])
    last = [ask for ask in backend.asked if isinstance(ask, ListAlerts)][-1]
    assert last.grouped


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_an_alert_tells_what_it_stands_for_and_leads_to_it(home: Home, size: tuple[int, int]) -> None:
    """One that is not shown tells because of what; a silence says who wanted it."""
    backend = Backend()
    first = backend.alerts[0] = replace(backend.alerts[0], group_id="abcd")
    backend.stands_for = {"duplicate": 4, "inhibited": 1}
    backend.risk = RiskRow(whose="user", amount=63.4, added=12, opens_at=100, half_life=6 * 3_600_000_000, at=START)
    async with driving(backend, home, size) as driver:
        await driver.press("2")
        await driver.see("1 of 30")
        await driver.press("enter")
        await driver.see(
            "risk of this user: 63 of 100, which opens an incident; this alert added 12", "halves every 6h"
        )
        await driver.see("Stands for others", "4 with the same words and 1 of less exact rules not shown", "group of 3")
        await driver.press("b")
        await driver.see("/ group:abcd suppressed:any")
        backend.alerts[0] = replace(first, suppressed_by="duplicate", suppressed_ref=backend.alerts[1].alert_id)
        await driver.press("escape")
        await driver.see("dup", "1 of 30")
        await driver.press("enter")
        await driver.see("Not shown  duplicate", "because of", backend.alerts[1].alert_id)
        await driver.press("escape")
        backend.alerts[0] = replace(first, suppressed_by="silenced", suppressed_ref="000000000002")
        await driver.press("enter")
        await driver.see("Not shown  silenced", "silenced by", "bob: bob")
        await driver.press("b")
        await driver.see("/ silence:000000000002")


def test_an_alert_without_anything_can_only_be_silenced_with_its_rule() -> None:
    """Of others, whatever they have can be named beside it."""
    bare = replace(
        Backend().alerts[0], user_id=None, conversation_id=None, tool_name=None, app=None, source_path="/logs/a"
    )
    assert [scope.label for scope in scopes(bare)] == ["this rule, file /logs/a", "this rule, everywhere"]
