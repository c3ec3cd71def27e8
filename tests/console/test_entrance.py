"""Logging in, locking, and proving oneself: what stands before the panes, and that nothing gets past it."""

import pytest
from tests.console.backend import Backend
from tests.console.driving import SIZES, SMALL, Driver, driving
from textual.widgets import Input

from llmsec_tui.console import guard
from llmsec_tui.console.dialogs import HelpDialog
from llmsec_tui.console.entrance import Entrance, ProofDialog
from llmsec_tui.console.guard import SOMEBODY_ELSE
from llmsec_tui.console.masked_input import MaskedInput
from llmsec_tui.paths import Home
from llmsec_tui.service.access.api import Login, Logout, StepUp, StillHere
from llmsec_tui.service.api import AcknowledgeAlert, DismissAlert
from llmsec_tui.service.tokens import TokenFile

PASSWORD = "correct horse battery"


def guarded(*, session: str = "") -> Backend:
    """A collector with two accounts, one of which may be logged in here."""
    backend = Backend()
    backend.passwords = {"ann": PASSWORD, "bob": "another long one"}
    backend.session = session
    return backend


async def give(driver: Driver, *words: str) -> None:
    """Type into one field after the other."""
    for word in words:
        await driver.type(word)
        await driver.press("enter")


@pytest.mark.parametrize("size", SIZES)
async def test_where_a_login_is_needed_nothing_else_is_seen_before_it(home: Home, size: tuple[int, int]) -> None:
    """It says what the set-up protects; a login opens the panes, and is kept for the next command."""
    backend = guarded()
    async with driving(backend, home, size) as driver:
        await driver.see("Log in", "name", "password", "root on this host is not kept out")
        assert "Latest alerts" not in driver.text()
        await give(driver, "ann", PASSWORD)
        await driver.see("Latest alerts", "● live")
    (login,) = [ask for ask in backend.asked if isinstance(ask, Login)]
    assert (login.account, login.password, login.totp) == ("ann", PASSWORD, "")
    assert TokenFile.of(home).read() == "token-of-ann"


async def test_a_wrong_password_is_told_and_leaves_nothing_of_itself(home: Home) -> None:
    """The field is empty for the next attempt; what was typed is nowhere on the screen."""
    backend = guarded()
    async with driving(backend, home) as driver:
        await driver.see("Log in")
        await give(driver, "ann", "wrong-secret")
        await driver.see("is wrong, or the account is locked")
        assert driver.app.screen.query_one("#password", Input).value == ""
        assert "wrong-secret" not in driver.text()
        await driver.type(PASSWORD)
        assert PASSWORD not in driver.text()
        await driver.press("tab")
        await driver.type("123456")
        await driver.press("enter")
        await driver.see("Latest alerts")
    assert [ask.totp for ask in backend.asked if isinstance(ask, Login)] == ["", "123456"]


async def test_a_locked_screen_shows_whose_it_is_and_opens_with_the_password(home: Home) -> None:
    """One comes back to where one was."""
    backend = guarded(session="ann")
    async with driving(backend, home) as driver:
        await driver.press("2")
        await driver.see("1 of 30")
        await driver.press("j")
        await driver.see("2 of 30")
        await driver.until(lambda: driver.app.guard._me is not None)
        await driver.press("ctrl+l")
        await driver.see("Locked: ann")
        assert "of 30" not in driver.text()
        await driver.until(lambda: backend.locked)
        await give(driver, "no, not that")
        await driver.see("is wrong")
        await give(driver, PASSWORD)
        await driver.see("2 of 30")
    assert [ask.password for ask in backend.asked if isinstance(ask, StepUp)] == ["no, not that", PASSWORD]


async def test_a_session_that_another_console_locked_is_locked_here_too(home: Home) -> None:
    """The next status says so, and so does whatever is asked."""
    backend = guarded(session="ann")
    async with driving(backend, home) as driver:
        await driver.see("Latest alerts")
        backend.locked = True
        await driver.see("Locked: ann")
        backend.locked = False
        await driver.see("Latest alerts")


async def test_no_key_and_no_message_gets_past_the_entrance(home: Home) -> None:
    """Neither actions nor the palette nor ``:`` work behind it; a message that comes late is not shown over it."""
    backend = guarded(session="ann")
    async with driving(backend, home) as driver:
        await driver.press("2")
        await driver.see("1 of 30")
        backend.locked = True
        await driver.see("Locked: ann")
        asked = len([ask for ask in backend.asked if isinstance(ask, AcknowledgeAlert | DismissAlert)])
        driver.app.say("text of an alert that somebody wrote")
        await driver.press("tab", "tab", "ctrl+p", "colon", "question_mark", "1", "a", "d", "q", "U")
        await driver.pilot.pause(0.2)
        assert isinstance(driver.app.screen, Entrance)
        assert "text of an alert" not in driver.text()
        assert driver.app.current_mode == "alerts"
        acts = [ask for ask in backend.asked if isinstance(ask, AcknowledgeAlert | DismissAlert)]
        assert len(acts) == asked


async def test_what_comes_late_does_not_come_over_the_entrance(home: Home) -> None:
    """Screens and windows that were asked for before are not opened any more, nor the panes uncovered."""
    backend = guarded(session="ann")
    async with driving(backend, home) as driver:
        await driver.press("2")
        await driver.see("1 of 30")
        backend.locked = True
        await driver.see("Locked: ann")
        driver.app.open_alert(backend.alerts[0], "")
        driver.app.open_incident("INC-6")
        driver.app.show_alerts("level:high")
        driver.app.push_screen(HelpDialog())
        await driver.pilot.pause(0.2)
        assert isinstance(driver.app.screen, Entrance)
        await give(driver, PASSWORD)
        await driver.see("1 of 30")


async def test_a_message_that_is_shown_goes_when_the_screen_locks(home: Home) -> None:
    """Toasts hold text of alerts."""
    backend = guarded(session="ann")
    async with driving(backend, home) as driver:
        await driver.see("Latest alerts")
        driver.app.say("words of a stranger", lasting=True)
        await driver.see("words of a stranger")
        backend.locked = True
        await driver.see("Locked: ann")
        await driver.until(lambda: "words of a stranger" not in driver.text())


async def test_a_window_that_was_open_is_covered_too(home: Home) -> None:
    """It is there again afterwards, with what was typed."""
    backend = guarded(session="ann")
    async with driving(backend, home) as driver:
        await driver.press("2")
        await driver.see("1 of 30")
        await driver.press("d")
        await driver.see("Dismiss this alert")
        await driver.type("harmless")
        backend.locked = True
        await driver.see("Locked: ann")
        assert "harmless" not in driver.text()
        await give(driver, PASSWORD)
        await driver.see("Dismiss this alert", "harmless")


async def test_the_screen_locks_by_itself_when_nobody_touches_it(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the time that the collector names, without the collector having to say so."""
    monkeypatch.setattr(guard, "GUARD_S", 0.05)
    backend = guarded(session="ann")
    backend.idle_s = 1
    async with driving(backend, home) as driver:
        await driver.see("Locked: ann")
        await driver.until(lambda: backend.locked)


async def test_keys_are_told_to_the_collector_now_and_then(home: Home) -> None:
    """Not at each key; without any, not at all."""
    backend = guarded(session="ann")
    async with driving(backend, home) as driver:
        await driver.until(lambda: driver.app.guard._me is not None)
        driver.app.guard._idle.told_at -= 31
        await driver.press("2", "j", "k", "j")
        await driver.until(lambda: [ask for ask in backend.asked if isinstance(ask, StillHere)])
        await driver.pilot.pause(1.2)
    assert len([ask for ask in backend.asked if isinstance(ask, StillHere)]) == 1


async def test_somebody_else_gets_panes_that_never_held_anything(home: Home) -> None:
    """Escape at a locked screen ends the session, its token and the app; it is opened anew."""
    backend = guarded(session="ann")
    TokenFile.of(home).keep("token-of-ann")
    async with driving(backend, home) as driver:
        await driver.see("Latest alerts")
        await driver.until(lambda: driver.app.guard._me is not None)
        backend.locked = True
        await driver.see("Locked: ann")
        await driver.press("escape")
        await driver.until(lambda: driver.app.return_code == SOMEBODY_ELSE)
    assert TokenFile.of(home).read() == ""
    assert [ask for ask in backend.asked if isinstance(ask, Logout)]


async def test_who_logs_in_where_another_was_does_not_see_their_panes(home: Home) -> None:
    """When the login of one has ended and another comes, the app ends too."""
    backend = guarded(session="ann")
    async with driving(backend, home) as driver:
        await driver.see("Latest alerts")
        backend.session = ""
        await driver.see("Log in")
        await give(driver, "bob", "another long one")
        await driver.until(lambda: driver.app.return_code == SOMEBODY_ELSE)
        assert "Latest alerts" not in driver.text()
    assert TokenFile.of(home).read() == "token-of-bob"


async def test_the_same_person_comes_back_to_the_same_panes(home: Home) -> None:
    """A login that ended is only begun again."""
    backend = guarded(session="ann")
    async with driving(backend, home) as driver:
        await driver.press("2")
        await driver.see("1 of 30")
        backend.session = ""
        await driver.see("Log in")
        await give(driver, "ann", PASSWORD)
        await driver.see("1 of 30")


async def test_an_act_that_takes_the_password_again_is_sent_again_once_it_is_given(home: Home) -> None:
    """With its id, so that it is carried out once."""
    backend = guarded(session="ann")
    backend.step_up = {AcknowledgeAlert}
    async with driving(backend, home) as driver:
        await driver.press("2")
        await driver.see("1 of 30")
        await driver.press("a")
        await driver.see("Your password again", "This takes your password again.")
        await give(driver, PASSWORD)
        await driver.see("Acknowledged")
        assert PASSWORD not in driver.text()
    first, second = (ask for ask in backend.asked if isinstance(ask, AcknowledgeAlert))
    assert first == second


async def test_who_does_not_give_the_password_again_has_done_nothing(home: Home) -> None:
    """Neither escape nor a wrong one lets it through, and it is said."""
    backend = guarded(session="ann")
    backend.step_up = {AcknowledgeAlert}
    async with driving(backend, home) as driver:
        await driver.press("2")
        await driver.see("1 of 30")
        for answer in (["escape"], [*"wrong", "enter"]):
            await driver.press("a")
            await driver.until(lambda: isinstance(driver.app.screen, ProofDialog))
            await driver.press(*answer)
            await driver.see("Nothing was done")
            driver.app.clear_notifications()
    assert not backend.acts
    assert backend.alerts[0].owner != "ann"


async def test_without_accounts_nothing_of_this_is_in_the_way(home: Home) -> None:
    """Locking says that there is nothing to lock; who one is, and what that protects, can be asked."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await driver.see("Latest alerts", "ann (analyst)")
        await driver.press("ctrl+l")
        await driver.see("no login here")
        await driver.press("colon")
        await driver.type("whoami")
        await driver.press("enter")
        await driver.see("ann: analyst, content full.", "is not kept out")
        assert not isinstance(driver.app.screen, Entrance)


async def test_what_is_typed_into_a_masked_field_cannot_be_copied_out_of_it(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The terminal's clipboard would hold the password."""
    copied: list[str] = []
    async with driving(guarded(), home, SMALL) as driver:
        monkeypatch.setattr(driver.app, "copy_to_clipboard", copied.append)
        await driver.see("Log in")
        await driver.press("tab")
        await driver.type("topsecret")
        field = driver.app.screen.query_one(MaskedInput)
        field.select_all()
        await driver.press("ctrl+c", "ctrl+x", "super+c")
        assert field.value == "topsecret"
    assert copied == []
