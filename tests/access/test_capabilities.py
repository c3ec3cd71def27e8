"""Capabilities: one table, one check, nothing by default."""

import os
import typing
from dataclasses import replace

import pytest

from llmsec_tui.access import CAPABILITIES, ROLES, Role, check, local_actor
from llmsec_tui.errors import AccessRefused, ExitCode
from llmsec_tui.incidents.acts import ACTS
from llmsec_tui.service.api import AnyAsk

ASKED = {ask.capability for ask in typing.get_args(AnyAsk)} | {act.capability for act in ACTS.values()}


def test_every_question_and_command_asks_for_a_capability_that_is_declared() -> None:
    """One that nobody declared could not be granted, one that nobody asks for would be a promise without effect."""
    assert set(CAPABILITIES) == ASKED


def test_roles_hold_only_declared_capabilities() -> None:
    """A typing error would silently grant nothing."""
    assert set(ROLES) == set(Role)
    assert all(held <= set(CAPABILITIES) for held in ROLES.values())


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("capability", sorted(CAPABILITIES))
def test_the_check_follows_the_table(role: Role, capability: str) -> None:
    """Each role passes with what it holds and is refused all else."""
    actor = replace(local_actor(), role=role)
    if capability in ROLES[role]:
        check(actor, capability)
    else:
        with pytest.raises(AccessRefused) as refused:
            check(actor, capability)
        assert refused.value.exit_code is ExitCode.REFUSED


def test_a_refusal_says_what_is_missing_and_who_has_it() -> None:
    """So that the reader knows whom to ask."""
    viewer = replace(local_actor(), user="ada", role=Role.VIEWER)
    with pytest.raises(AccessRefused) as refused:
        check(viewer, "alerts.dismiss")
    assert "ada is viewer and lacks alerts.dismiss" in refused.value.message
    assert refused.value.hint == "Roles that have it: analyst, responder, admin."


def test_an_unknown_capability_is_refused_to_everybody() -> None:
    """Forgetting to declare one must not open a door."""
    for role in Role:
        with pytest.raises(AccessRefused, match="unknown to this version"):
            check(replace(local_actor(), role=role), "store.format")
    with pytest.raises(AccessRefused):
        check(local_actor(), "")


def test_who_only_looks_changes_nothing() -> None:
    """Viewers and auditors hold nothing but reading; auditors may take out what they read."""
    more = {role: {held for held in ROLES[role] if not held.endswith(".read")} for role in (Role.VIEWER, Role.AUDITOR)}
    assert more == {Role.VIEWER: set(), Role.AUDITOR: {"incidents.export"}}


def test_the_admin_may_do_everything() -> None:
    """The owner of the store could edit its files anyway."""
    assert ROLES[Role.ADMIN] == set(CAPABILITIES)
    assert local_actor().uid == os.geteuid()
