"""Accounts, roles, and what waits for a second person."""

import pytest
from msgspec.structs import replace
from tests.console.access_backend import approval
from tests.console.backend import Backend
from tests.console.driving import LARGE, SMALL, Driver, driving

from llmsec_tui.console.masked_input import MaskedInput
from llmsec_tui.errors import AccessRefused, ApprovalNeeded
from llmsec_tui.paths import Home
from llmsec_tui.service.access.api import (
    AddUser,
    Approve,
    DisableUser,
    ListUsers,
    RefuseApproval,
    SetPassword,
    SetRole,
    UnlockUser,
)


async def open_people(driver: Driver) -> None:
    """The screen with its lists filled."""
    await driver.press("U")
    await driver.see("Accounts", "cyd", "A-3", "Roles")


def row_of(driver: Driver, word: str) -> str:
    """The line with this word."""
    return next(line for line in driver.lines() if word in line)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_accounts_approvals_and_roles_are_on_one_screen(home: Home, size: tuple[int, int]) -> None:
    """Who may log in and who cannot, who waits for whom, and who sees what."""
    async with driving(Backend(), home, size) as driver:
        await open_people(driver)
        await driver.see("› people", "2 waiting", "3 accounts")
        assert "disabled" in row_of(driver, " bob ")
        assert "locked" in row_of(driver, " cyd ")
        assert "ann (you)" in row_of(driver, "A-2")
        assert "hidden" in row_of(driver, "app support-bot")
        if size is LARGE:
            await driver.see("less to lose", "CREATED", "@soc")
        assert {strip.cell_length for strip in driver.app.screen._compositor.render_strips()} == {size[0]}
        await driver.press("escape")
        await driver.see("Latest alerts")


async def test_enter_shows_a_role_an_approval_or_an_account_in_full(home: Home) -> None:
    """What it may in words, what it may not, and for what of it one person is not enough."""
    async with driving(Backend(), home, LARGE) as driver:
        await open_people(driver)
        await driver.press("enter")
        await driver.see("› account", "asked for beside the password")
        await driver.press("escape", "tab", "enter")
        await driver.see("› approval", "days=30", "asked by", "bob")
        await driver.press("escape", "tab", "j", "enter")
        await driver.see("› role", "without personal data and secrets", "May not", "@soc")
        await driver.see("(takes your password again and a second person)")
        await driver.press("escape")
        await driver.see("› people")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_an_account_is_added_and_its_password_is_never_seen(home: Home, size: tuple[int, int]) -> None:
    """Two different ones are refused; spaces at its ends belong to it."""
    backend = Backend()
    async with driving(backend, home, size) as driver:
        await open_people(driver)
        await driver.press("plus")
        await driver.see("Add an account")
        await driver.type("dee")
        await driver.press("tab", "right", "tab")
        await driver.type(" pass phrase ")
        await driver.press("tab")
        await driver.type("another")
        assert "phrase" not in driver.text()
        assert "another" not in driver.text()
        await driver.press("enter")
        await driver.see("The two are not the same")
        masked = list(driver.app.screen.query(MaskedInput))
        await driver.press(*["backspace"] * 7)
        await driver.type(" pass phrase ")
        await driver.press("enter")
        await driver.see("dee can log in as analyst")
        assert [entry.value for entry in masked] == ["", ""]
        await driver.see("4 accounts")
        assert not any("phrase" in note.message for note in driver.app._notifications)
    (added,) = [ask for ask in backend.asked if isinstance(ask, AddUser)]
    assert (added.account, added.role, added.password) == ("dee", "analyst", " pass phrase ")


async def test_a_role_is_given_with_a_reason(home: Home) -> None:
    """The role that it has is chosen to begin with."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await open_people(driver)
        await driver.press("r")
        await driver.see("Give another role", "ann, analyst until now", "◂ analyst ▸")
        await driver.press("right", "enter")
        await driver.see("A note is required")
        await driver.type("leads the shift")
        await driver.press("enter")
        await driver.see("ann is changed")
    (given,) = [ask for ask in backend.asked if isinstance(ask, SetRole)]
    assert (given.account, given.role, given.note) == ("ann", "responder", "leads the shift")


async def test_accounts_are_disabled_enabled_and_unlocked(home: Home) -> None:
    """What would change nothing is not done; the cursor stays on the account that it was on."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await open_people(driver)
        await driver.press("j", "d")
        await driver.press("e")
        await driver.see("Let this account log in again", "bob")
        await driver.press("enter")
        await driver.until(lambda: backend._account("bob").enabled)
        await driver.press("j", "u")
        await driver.see("Forget the wrong passwords", "cyd")
        await driver.type("was me")
        await driver.press("enter")
        await driver.until(lambda: "locked" not in row_of(driver, " cyd "))
        backend.accounts.insert(0, replace(backend.accounts[0], name="aaron"))
        driver.app.screen.ask_again()  # type: ignore[attr-defined]
        await driver.see("aaron")
        await driver.press("colon")
        await driver.type("disable left us")
        await driver.press("enter")
        await driver.see("cyd is changed")
    asked = [(type(ask), ask.account) for ask in backend.asked if isinstance(ask, DisableUser | UnlockUser)]
    assert asked == [(UnlockUser, "cyd"), (DisableUser, "cyd")]


async def test_ones_own_password_takes_the_one_until_now(home: Home) -> None:
    """Of another account it does not; without a login there is none of one's own."""
    backend = Backend()
    backend.passwords = {"ann": "old one"}
    backend.session = "ann"
    async with driving(backend, home) as driver:
        await open_people(driver)
        await driver.press("p")
        await driver.see("Set your password", "until now")
        for word in ("old one", "new one", "new one"):
            await driver.type(word)
            await driver.press("tab")
        await driver.press("enter")
        await driver.see("ann is changed")
        await driver.press("j", "p")
        await driver.see("Set a password", "bob")
        assert "until now" not in driver.text()
        await driver.press("escape")
    (changed,) = [ask for ask in backend.asked if isinstance(ask, SetPassword)]
    assert (changed.account, changed.old, changed.password) == ("ann", "old one", "new one")


async def test_what_others_asked_for_is_approved_or_refused_and_what_is_mine_is_taken_back(home: Home) -> None:
    """``a`` is grey on what one asked for oneself; refusing takes a reason."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await driver.press("Y")
        await driver.see("A-3", "A-2")
        screen = driver.app.screen
        assert screen.check_action("approve", ()) is True
        await driver.press("j")
        await driver.until(lambda: screen.check_action("approve", ()) is None)
        await driver.press("a")
        await driver.press("x")
        await driver.see("Take it back")
        await driver.press("enter")
        await driver.see("A note is required")
        await driver.type("not needed")
        await driver.press("enter")
        await driver.see("A-2 is refused")
        await driver.press("k", "a")
        await driver.see("Approve, for once", "A-3 of bob: retention.set content. days=30")
        await driver.press("enter")
        await driver.see("A-3 is approved")
        await driver.until(lambda: screen.check_action("approve", ()) is None)
    decided = [(type(ask), ask.approval_id) for ask in backend.asked if isinstance(ask, Approve | RefuseApproval)]
    assert decided == [(RefuseApproval, "A-2"), (Approve, "A-3")]


async def test_an_approval_is_given_where_it_is_read_in_full(home: Home) -> None:
    """The act is offered on its own screen too, and its answer is seen there."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await driver.press("Y")
        await driver.see("A-3")
        await driver.press("enter")
        await driver.see("› approval", "days=30")
        await driver.press("a")
        await driver.see("Approve, for once")
        await driver.type("agreed")
        await driver.press("enter")
        await driver.see("approved", "agreed")


async def test_a_role_that_may_not_see_accounts_sees_only_what_it_asked_for(home: Home) -> None:
    """And is neither asked for accounts nor offered what it may not do."""
    backend = Backend()
    backend.capabilities = [name for name in backend.capabilities if name.split(".")[0] not in ("users", "approvals")]
    backend.approvals = [approval(1, "ann")]
    async with driving(backend, home) as driver:
        await driver.see("Latest alerts")
        await driver.press("U")
        assert not driver.app.check_action("people", ())
        await driver.press("Y")
        await driver.see("A-1", "ann (you)")
        assert "Accounts" not in driver.text()
        assert "Roles" not in driver.text()
        assert driver.app.screen.check_action("approve", ()) is False
        assert driver.app.screen.check_action("refuse_approval", ()) is True
    assert not [ask for ask in backend.asked if isinstance(ask, ListUsers)]


async def test_what_is_refused_or_takes_a_second_person_is_said_in_the_words_of_the_collector(home: Home) -> None:
    """Nothing changes, and the sentence names the approval."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await open_people(driver)
        for error in (
            ApprovalNeeded("This takes a second person: A-4 waits.", hint="Do the same again once it is approved."),
            AccessRefused("Somebody has to be left who can manage users."),
        ):
            backend.refuse[DisableUser] = error
            await driver.press("d")
            await driver.type("gone")
            await driver.press("enter")
            await driver.see(error.message)
            driver.app.clear_notifications()
        assert backend.accounts[0].enabled
