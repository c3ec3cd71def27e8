"""Capabilities: one table, one check, nothing by default."""

import typing

import pytest
from tests.service.parts import actor

from llmsec_tui.access import CAPABILITIES, OWNER, ContentLevel, check, local_actor
from llmsec_tui.access.role_file import shipped
from llmsec_tui.errors import AccessRefused, ExitCode
from llmsec_tui.incidents.acts import ACTS
from llmsec_tui.service.api import AnyAsk

ROLES = shipped().roles
ASKED = {ask.capability for ask in typing.get_args(AnyAsk)} | {act.capability for act in ACTS.values()}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("capability", sorted(CAPABILITIES))
def test_the_check_follows_the_roles(role: str, capability: str) -> None:
    """Each role passes with what it holds and is refused all else."""
    if capability in ROLES[role].capabilities:
        check(actor(role), capability)
    else:
        with pytest.raises(AccessRefused) as refused:
            check(actor(role), capability)
        assert refused.value.exit_code is ExitCode.REFUSED


def test_every_question_and_command_asks_for_a_capability_that_is_declared() -> None:
    """One that nobody declared could not be granted; what takes none is about the asker's own login."""
    assert ASKED - {""} <= CAPABILITIES.keys()


def test_a_refusal_says_what_is_missing() -> None:
    """So that the reader knows what to ask for."""
    with pytest.raises(AccessRefused, match=r"ada is viewer and lacks alerts\.dismiss \(put an alert away\)"):
        check(actor("viewer"), "alerts.dismiss")


def test_an_unknown_capability_is_refused_to_everybody() -> None:
    """Forgetting to declare one must not open a door."""
    for role in ROLES:
        with pytest.raises(AccessRefused, match="unknown to this version"):
            check(actor(role), "store.format")
    with pytest.raises(AccessRefused):
        check(local_actor(), "")


def test_who_only_looks_changes_nothing() -> None:
    """Viewers hold nothing but reading; auditors check, and take out what they read."""
    more = {
        role: {held for held in ROLES[role].capabilities if not held.endswith(".read")}
        for role in ("viewer", "auditor")
    }
    assert more == {"viewer": set(), "auditor": {"incidents.export", "audit.verify", "audit.export", "audit.anchor"}}


def test_the_owner_may_do_and_see_everything() -> None:
    """Who owns the store could edit its files anyway; the admin, who need not, sees what is left after redaction."""
    assert ROLES["owner"] is OWNER
    assert OWNER.capabilities == ROLES["admin"].capabilities == CAPABILITIES.keys()
    assert (OWNER.content, ROLES["admin"].content) == (ContentLevel.FULL, ContentLevel.REDACTED)


def test_what_the_shipped_roles_see() -> None:
    """Who does not work on incidents sees neither texts nor who said them."""
    seen = {name: (role.content.value, role.identities) for name, role in ROLES.items()}
    assert seen == {
        "viewer": ("hidden", False),
        "analyst": ("redacted", True),
        "responder": ("redacted", True),
        "auditor": ("hidden", False),
        "admin": ("redacted", True),
        "owner": ("full", True),
    }
