"""The audit journal on the screen: its records, their proofs, and what its verification found."""

import json
from pathlib import Path

import pytest
from tests.console.backend import Backend
from tests.console.driving import LARGE, SMALL, driving

from llmsec_tui.errors import ServiceError
from llmsec_tui.paths import Home
from llmsec_tui.service.auditing.api import AnchorNow, GetAuditRecord, ProveRecord, VerifyJournal


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_enter_opens_a_record_with_all_that_it_holds(home: Home, size: tuple[int, int]) -> None:
    """Who, from where, what before and after, and whether it is under a signature and an anchor."""
    backend = Backend()
    async with driving(backend, home, size) as driver:
        await driver.press("6")
        await driver.see("1 of 40", "anchored 30, 3m ago")
        await driver.press("enter")
        await driver.see("› record", "console.open", "1000, logged in as 1001", "4711 on pts/3", "by its own claim")
        await driver.press("G")
        await driver.see("no: a checkpoint comes soon", "no: vault")
        await driver.press("n")
        await driver.until(lambda: GetAuditRecord(seq=39) in backend.asked)
        for _ in range(9):
            await driver.press("n")
            await driver.pilot.pause(0.05)
        await driver.until(lambda: [ask for ask in backend.asked if isinstance(ask, GetAuditRecord) and ask.seq <= 30])
        await driver.press("G")
        await driver.see("yes, up to record 32", "yes, up to record 30")
        await driver.press("escape")
        await driver.see("of 40")


async def test_a_proof_is_written_where_people_find_it(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says how an outsider checks it."""
    monkeypatch.chdir(home.root)
    backend = Backend()
    async with driving(backend, home, LARGE) as driver:
        await driver.press("6")
        await driver.see("1 of 40")
        await driver.press("P")
        await driver.see("audit prove --script")
    (asked,) = [ask for ask in backend.asked if isinstance(ask, ProveRecord)]
    (written,) = Path(home.root).glob("**/*proof-40*")
    assert json.loads(written.read_text("utf-8"))["proof"]["seq"] == asked.seq == 40


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_verification_tells_integrity_and_completeness_apart(home: Home, size: tuple[int, int]) -> None:
    """Every finding in its own words, and a head to be read over the telephone."""
    backend = Backend()
    async with driving(backend, home, size) as driver:
        await driver.press("6")
        await driver.see("1 of 40")
        await driver.press("V")
        await driver.see("The journal holds", "VERIFIED", "Every record is as it was sealed.", "Integrity")
        seen = driver.text()
        for _ in range(4):
            await driver.press("pagedown")
            seen += driver.text()
        for part in ("whole", "unanchored", "cdcd cdcd", "Permission denied"):
            assert part in seen, part
        await driver.press("V")
        await driver.until(lambda: sum(isinstance(ask, VerifyJournal) for ask in backend.asked) == 2)
        await driver.press("escape")
        await driver.see("1 of 40")


async def test_an_empty_journal_can_be_verified_and_anchored_too(home: Home) -> None:
    """These need no record under the cursor."""
    backend = Backend()
    backend.audit.clear()
    async with driving(backend, home) as driver:
        await driver.press("6")
        await driver.see("No records.")
        await driver.press("T")
        await driver.see("1 anchor has record 40.")
        await driver.press("P", "enter")
        await driver.press("V")
        await driver.see("The journal holds")
    assert [ask for ask in backend.asked if isinstance(ask, AnchorNow)]
    assert not [ask for ask in backend.asked if isinstance(ask, ProveRecord)]


async def test_what_could_not_be_verified_is_said(home: Home) -> None:
    """The screen stays as it was; nothing is taken for verified."""
    backend = Backend()
    backend.refuse[VerifyJournal] = ServiceError("The journal cannot be read: Input/output error.")
    async with driving(backend, home) as driver:
        await driver.press("6")
        await driver.see("1 of 40")
        await driver.press("V")
        await driver.see("Input/output error")
        assert "The journal holds" not in driver.text()


async def test_a_journal_that_nobody_signs_is_told_on_every_screen(home: Home) -> None:
    """Beside who one is, and how much one sees."""
    backend = Backend()
    backend.signing = "There is no key. Run: llmsec-tui audit key init"
    backend.content = "redacted"
    async with driving(backend, home, LARGE) as driver:
        for key in "1234567":
            await driver.press(key)
            await driver.see("unsigned", "· redacted")


async def test_who_may_not_verify_is_not_offered_it(home: Home) -> None:
    """The keys are hidden, and do nothing."""
    backend = Backend()
    backend.capabilities = [
        name for name in backend.capabilities if not name.startswith("audit.") or name == "audit.read"
    ]
    async with driving(backend, home) as driver:
        await driver.press("6")
        await driver.see("1 of 40")
        assert "Verify" not in driver.text()
        await driver.press("V", "P", "T")
        await driver.press("enter")
        await driver.see("› record")
    assert not [ask for ask in backend.asked if isinstance(ask, VerifyJournal | ProveRecord | AnchorNow)]
