"""The screen of one incident: its head, its sections, and the acts within them."""

import pytest
from msgspec.structs import replace
from tests.console.backend import Backend
from tests.console.driving import LARGE, SIZES, SMALL, Driver, driving
from tests.console.incident_backend import ACTS, MINUTE
from tests.console.test_incidents import acts, commands

from llmsec_tui.errors import ServiceError
from llmsec_tui.paths import Home
from llmsec_tui.service.incidents.api import LookAt


async def to_incident(driver: Driver, downs: int = 0) -> None:
    """Open one from the queue."""
    await driver.press("3")
    await driver.see("1 of 6")
    await driver.press(*["j"] * downs, "enter")
    await driver.see("about", "related", "timeline 1 of 40")


@pytest.mark.parametrize("size", SIZES)
async def test_the_head_tells_all_that_presses(home: Home, size: tuple[int, int]) -> None:
    """Level, title, state, owner, who looks, clocks with what is left."""
    async with driving(Backend(), home, size) as driver:
        await to_incident(driver)
        await driver.see(" C  INC-6 System prompt asked for", "new · nobody's · ", "18 alerts · 4h old")
        await driver.see("! acknowledge missed by 20m · resolve in 3h · gdpr in 3d")
        await driver.see("· ● bob@pts/3 too ·")
        assert {strip.cell_length for strip in driver.app.screen._compositor.render_strips()} == {size[0]}


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_every_section_has_a_key_and_a_list_with_what_is_told_of_a_row(home: Home, size: tuple[int, int]) -> None:
    """The letter is in the section's name; brackets go along them."""
    async with driving(Backend(), home, size) as driver:
        await to_incident(driver)
        await driver.see("what happened as number 40")
        for key, sights in (
            ("b", ("HOW IT STANDS", "People", "customer-4711 and 3 more")),
            ("l", ("EXCERPT", "Excerpt", "alerts 1 of 30")),
            ("v", ("CONVERSATION", "conv-3", "trust user")),
            ("s", ("☐", "Revoke the key", "☑", "Read what", "enter ticks it off")),
            ("r", ("Revoke the key", "not rehearsed", "/usr/local/bin/revoke-key customer-4711")),
            ("e", ("not yet", "48219733:1442", "sha256")),
            ("o", ("NOTE", "noted")),
            ("d", ("similar", "linked", "user:customer-4711")),
            ("m", ("KIND", "timeline 1 of 40")),
        ):
            await driver.press(key)
            await driver.see(*sights)
        await driver.press("left_square_bracket")
        await driver.see("HOW IT STANDS")
        await driver.press("right_square_bracket", "right_square_bracket")
        await driver.see("alerts 1 of 30")


async def test_a_wide_screen_has_the_situation_beside_every_section(home: Home) -> None:
    """The room is used."""
    async with driving(Backend(), home, LARGE) as driver:
        await to_incident(driver)
        await driver.see(
            "The incident", "Clocks", "Concerns", "54% of the content", "Playbook", "What the rule looks for"
        )


async def test_the_collector_hears_who_looks_until_the_screen_is_left(home: Home) -> None:
    """Presence is said again and again, and taken back."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await to_incident(driver)
        await driver.until(lambda: LookAt(incident_id="INC-6") in backend.asked)
        await driver.press("escape")
        await driver.until(lambda: [ask for ask in backend.asked if isinstance(ask, LookAt)][-1].incident_id == "")


async def test_a_task_is_ticked_off_with_enter_and_left_out_with_a_reason(home: Home) -> None:
    """Enter on a done one opens it again."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await to_incident(driver)
        await driver.press("s")
        await driver.see("☐ Revoke", "enter Tick off")
        await driver.press("enter")
        await driver.see("☑ Revoke", "enter Undo")
        await driver.press("enter")
        await driver.see("☐ Revoke")
        await driver.press("x")
        await driver.see("Leave this task out", "Revoke the key")
        await driver.press("enter")
        await driver.see("A note is required")
        await driver.type("there is no key")
        await driver.press("enter")
        await driver.see("☒ Revoke")
        assert [(act.act, act.task) for act in acts(backend)] == [
            *(("finish_task", 1), ("reopen_task", 1), ("waive_task", 1)),
        ]


async def test_a_remedy_is_rehearsed_then_run_after_a_look_at_what_it_does(home: Home) -> None:
    """Nothing runs before it was rehearsed; the output is kept and shown."""
    backend = Backend()
    async with driving(backend, home) as driver:
        backend.incidents[1] = replace(backend.incidents[1], acts=ACTS["acknowledged"], state="acknowledged")
        await to_incident(driver, 1)
        await driver.press("r")
        await driver.see("not rehearsed", "acknowledged")
        await driver.press("exclamation_mark")
        assert acts(backend) == []
        await driver.press("enter")
        await driver.see("INC-5: rehearse done.", "rehearsal")
        await driver.press("exclamation_mark")
        await driver.see("Run it for real", "/usr/local/bin/revoke-key customer-4711")
        await driver.press("enter")
        await driver.see("INC-5: run done.")
        assert [(act.act, act.remedy, act.task) for act in acts(backend)] == [
            ("rehearse", "revoke-key", 1),
            ("run", "revoke-key", 1),
        ]
        await driver.press("j", "j")
        await driver.see("It ended well.", "key sk-… is revoked")


async def test_nothing_is_run_for_an_incident_that_nobody_has(home: Home) -> None:
    """Rehearsing is possible; running says what to do first."""
    backend = Backend()
    backend.rehearsed = True
    async with driving(backend, home) as driver:
        await to_incident(driver)
        await driver.press("r")
        await driver.see("rehearsed")
        await driver.press("enter")
        await driver.see("Take the incident first")
        assert commands(backend) == []


async def test_evidence_is_pinned_from_timeline_and_alerts_and_verified(home: Home) -> None:
    """``P`` on an event or an alert, ``V`` reads the files again, ``x`` takes a pin away."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await to_incident(driver)
        await driver.press("P")
        await driver.see("Pin this record as evidence")
        await driver.type("the leak")
        await driver.press("enter")
        await driver.see("INC-6: pin done.")
        await driver.press("e")
        await driver.see("not yet", "V Verify")
        await driver.press("V")
        await driver.see("intact")
        await driver.press("x")
        await driver.see("Take the pin away")
        await driver.type("not this one")
        await driver.press("enter")
        await driver.see("INC-6: unpin done.")
        pin, check, unpin = acts(backend)
        assert (pin.event_id, pin.note, check.act, unpin.pin) == (f"{40:016x}", "the leak", "check_pins", 1)


async def test_moments_tasks_links_and_duties_are_added_where_they_belong(home: Home) -> None:
    """``+`` adds to the section that is shown."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await to_incident(driver)
        await driver.press("plus")
        await driver.see("Mark a moment")
        await driver.type("yesterday")
        await driver.press("tab")
        await driver.type("deploy")
        await driver.press("enter")
        await driver.see("That is no time")
        await driver.press(*["backspace"] * 9)
        await driver.type("20m")
        await driver.press("enter")
        await driver.see("INC-6: mark done.")
        await driver.press("s", "plus")
        await driver.see("Add a task")
        await driver.type("call them")
        await driver.press("enter")
        await driver.see("add_task done.")
        await driver.press("d", "plus")
        await driver.see("Link to another incident", "INC-3")
        await driver.type("INC-3")
        await driver.press("enter")
        await driver.see("link done.")
        await driver.press("b", "plus")
        await driver.see("Start a clock by law", "GDPR article 33, within 3d")
        await driver.press("enter")
        await driver.see("start_duty done.")
        mark, task, link, duty = acts(backend)
        assert mark.when == backend.now() - 20 * MINUTE
        assert (mark.note, task.title, link.incident, duty.clock) == ("deploy", "call them", "INC-3", "gdpr")


async def test_a_clock_by_law_is_met_and_the_others_are_not(home: Home) -> None:
    """Service clocks go by what is done."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await to_incident(driver)
        await driver.press("b")
        await driver.see("HOW IT STANDS")
        await driver.press("enter")
        await driver.pilot.pause(0.05)
        assert acts(backend) == []
        await driver.press("j", "j", "enter")
        await driver.see("Duty met")
        await driver.press("tab")
        await driver.type("reported")
        await driver.press("enter")
        await driver.see("meet_duty done.")
        assert acts(backend)[0].clock == "gdpr"


async def test_marked_alerts_are_split_off(home: Home) -> None:
    """``t`` marks, ``X`` splits."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await to_incident(driver)
        await driver.press("l")
        await driver.see("alerts 1 of 30")
        await driver.press("t", "t")
        await driver.see("2 marked")
        await driver.press("X")
        await driver.see("Split off", "2 alerts")
        await driver.press("enter")
        await driver.see("split done.")
        assert acts(backend)[0].alert_ids == [row.alert_id for row in backend.alerts[:2]]


async def test_n_and_p_go_along_the_queue_as_it_is_now(home: Home) -> None:
    """An incident that left the list, such as one just closed, counts with its old place."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await to_incident(driver, 1)
        await driver.see("› INC-5")
        await driver.press("p")
        await driver.see("› INC-6")
        await driver.press("p")
        await driver.see("first incident of the list")
        await driver.press("n", "n")
        await driver.see("› INC-4")
        del backend.incidents[2]
        await driver.press("n")
        await driver.see("› INC-3")


async def test_what_is_opened_from_an_incident_lies_over_it(home: Home) -> None:
    """Alerts, events, related incidents; escape comes back to the section that was left."""
    async with driving(Backend(), home) as driver:
        await to_incident(driver)
        await driver.press("enter")
        await driver.see("› event")
        await driver.press("escape")
        await driver.press("l", "enter")
        await driver.see("› alert")
        await driver.press("escape")
        await driver.see("alerts 1 of 30")
        await driver.press("d", "enter")
        await driver.see("› INC-5")
        await driver.press("escape", "escape")
        await driver.see("1 of 6")


async def test_acts_on_the_whole_incident_work_from_every_section(home: Home) -> None:
    """A note, another title, a take-over with its reason, a merge found by typing."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await to_incident(driver, 2)
        await driver.press("N")
        await driver.type("seen before")
        await driver.press("enter")
        await driver.see("note done.")
        await driver.press("colon")
        await driver.type("title A leak")
        await driver.press("enter")
        await driver.see("retitle done.")
        await driver.press("T", "enter")
        await driver.see("A note is required")
        await driver.type("bob left")
        await driver.press("enter")
        await driver.see("take_over done.", "ann")
        await driver.press("M")
        await driver.type("inc-5")
        await driver.press("enter")
        await driver.see("merge done.", "merged")
        await driver.press("u")
        await driver.type("no")
        await driver.press("enter")
        await driver.see("unmerge done.")
        given = [(act.act, act.note or act.title or act.incident) for act in acts(backend)]
        assert given == [
            *(("note", "seen before"), ("retitle", "A leak"), ("take_over", "bob left")),
            *(("merge", "INC-5"), ("unmerge", "no")),
        ]


async def test_a_refusal_is_a_sentence_on_the_screen(home: Home) -> None:
    """With what to do next."""
    backend = Backend()
    backend.no_act = ServiceError("bob has INC-6.", hint="Take it over, with a reason.")
    async with driving(backend, home) as driver:
        await to_incident(driver)
        await driver.press("a")
        await driver.see("bob has INC-6. Take it over")


async def test_without_the_capability_sections_are_read_and_nothing_is_offered(home: Home) -> None:
    """A viewer sees all of it."""
    backend = Backend()
    backend.capabilities = [name for name in backend.capabilities if name.endswith(".read")]
    async with driving(backend, home) as driver:
        await to_incident(driver)
        for key in "blvsreodm":
            await driver.press(key)
            assert not {"Ack", "Task", "Rehearse", "Close", "Pin"} & set(driver.lines()[-1].split())
        await driver.press("s", "enter")
        await driver.pilot.pause(0.05)
        assert commands(backend) == []
