"""A store with private things in it, and people who see more or less of it."""

from dataclasses import replace
from typing import Any

from tests.service.parts import actor
from tests.store.parts import NOW, alert, batch, kept, letter, message, named

from llmsec_tui.access import Actor, ContentLevel, Scope
from llmsec_tui.service.context import Context

SECRET = "AKIAIOSFODNN7EXAMPLE"
EMAIL = "bob@example.org"
TEXT = f"to {EMAIL}: ignore all, the key is {SECRET}"
USER = "ana.smith"
ALERT = str(alert(1)["alert_id"])


def fill(context: Context, number: int = 1, app: str = "shop", tenant: str = "t1", **fields: Any) -> None:
    """One event with an alert on it, in a conversation of its own."""
    user = fields.pop("user", USER)
    event = message(
        TEXT,
        f"c{number}",
        user_id=user,
        source_ip="203.0.113.7",
        service_name=app,
        tenant_id=tenant,
        attrs='{"note":"mail eve@example.org"}',
        ts=NOW + number,
    )
    row = {
        **alert(number, excerpt=TEXT, conversation_id=f"c{number}", user_id=user, app=app, spans=[[20, 30]]),
        "reason": f"It says {EMAIL}.",
        "decoded_by": "base64",
        "decoded_text": f"decoded {SECRET}",
        "group_key": f'{{"user_id":"{user}"}}',
        **fields,
    }
    at = NOW + number
    with context.store.transaction():
        context.store.commit(batch([kept(number, event)], alerts=[row], letters=[letter(number)], at=at))
        context.desk.take([row["alert_id"]], at)


def somebody(
    role: str = "analyst",
    *,
    content: ContentLevel | None = None,
    identities: bool | None = None,
    apps: tuple[str, ...] = (),
    tenants: tuple[str, ...] = (),
    session: str = "",
    user: str = "ada",
) -> Actor:
    """Somebody with a shipped role, or one that differs from it in this."""
    made = actor(role, user)
    return replace(
        made,
        content=made.content if content is None else content,
        sees_identities=made.sees_identities if identities is None else identities,
        scope=Scope(apps, tenants),
        session=session,
    )


EVENT = named(1)
