"""Attacks that came again, as people see them."""

import pytest
from tests.console.backend import Backend
from tests.console.driving import LARGE, SIZES, driving

from llmsec_tui.paths import Home


@pytest.mark.parametrize("size", SIZES)
async def test_campaigns_are_listed_opened_and_lead_to_their_alerts(home: Home, size: tuple[int, int]) -> None:
    """From everywhere; escape leads back."""
    async with driving(Backend(), home, size) as driver:
        await driver.see("1 silence")
        await driver.press("K")
        await driver.see("› campaigns", "Instruction override", "1 of 2", "VARIANTS")
        if size is LARGE:
            await driver.see("PATIENT ZERO", "mallory", "base64")
        await driver.press("enter")
        await driver.see("› campaign", "12 alerts, 9 of them open", "5 users", "Patient zero", "mallory")
        await driver.press("G")
        await driver.see("rot13", "ignore what came before")
        await driver.press("escape")
        await driver.see("› campaigns")
        await driver.press("enter")
        await driver.see("Patient zero")
        await driver.press("enter")
        await driver.see("campaign:000000000002 suppressed:any")


async def test_an_alert_leads_to_its_campaign(home: Home) -> None:
    async with driving(Backend(), home) as driver:
        await driver.press("2")
        await driver.see("1 of 30")
        await driver.press("J")
        await driver.see("› campaign", "Patient zero")
        await driver.press("escape")
        await driver.see("1 of 30")
