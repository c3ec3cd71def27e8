"""One account, role or approval to read."""

from llmsec_tui.access.capabilities import CAPABILITIES
from llmsec_tui.console import figures, people_lists
from llmsec_tui.console.draft import Draft
from llmsec_tui.console.pager import Text
from llmsec_tui.console.safe_text import Span, span
from llmsec_tui.service.access.api import ApprovalRow, RoleList, RoleRow, UserRow

_CONTENT = {
    "hidden": "none of what people and models wrote, only how long it is",
    "redacted": "what people and models wrote, without personal data and secrets",
    "full": "all of what people and models wrote",
}
_NAME_WIDTH = 20


def account(row: UserRow, width: int) -> Text:
    """One account; nothing of its password or its codes is known here."""
    draft = Draft(width)
    state, style = people_lists.standing(row)
    draft.line(span(f" {row.name}", "strong"), span(f"  {state}", style))
    draft.section("Account")
    draft.field("role", row.role, "accent")
    draft.field("code", "asked for beside the password" if row.totp else "none is asked for beside the password")
    draft.field("last login", figures.moment(row.last_login_at) if row.last_login_at else "never")
    draft.field("misses", f"{figures.count(row.failures)} wrong passwords since the last right one")
    if row.locked_until:
        draft.field("locked until", f"{figures.moment(row.locked_until)}; u unlocks it", "bad")
    draft.field("created", f"{figures.moment(row.created_at)} by {row.created_by}")
    return draft.done()


def role(row: RoleRow, roles: RoleList, width: int) -> Text:
    """What a role may do and see, who has it, and for what of it one person is not enough."""
    draft = Draft(width)
    draft.line(span(f" {row.name}", "strong"), span(f"  {figures.count(len(row.capabilities))} capabilities", "quiet"))
    draft.line(span(f" {roles.origin or 'as shipped; no roles file'}", "quiet"))
    if roles.problem:
        draft.text(roles.problem, "warn")
    draft.section("Sees")
    draft.field("content", f"{row.content}: {_CONTENT.get(row.content, row.content)}")
    draft.field("users", "by name" if row.identities else "by pseudonym")
    draft.field("apps", ", ".join(row.apps) or "all")
    draft.field("tenants", ", ".join(row.tenants) or "all")
    draft.section("Who has it")
    draft.field("accounts", ", ".join(row.users) or "none")
    draft.field("system", ", ".join(row.os_users) or "none of its users and groups")
    draft.section("May")
    for name in row.capabilities:
        draft.field(
            name, CAPABILITIES.get(name, "unknown to this version") + _more(name, roles), name_width=_NAME_WIDTH
        )
    draft.section("May not")
    for name in sorted(set(CAPABILITIES) - set(row.capabilities)):
        draft.field(name, CAPABILITIES[name], "quiet", name_width=_NAME_WIDTH)
    return draft.done()


def _more(name: str, roles: RoleList) -> str:
    """What it takes beside the capability."""
    takes = ["your password again"] if name in roles.step_up else []
    for entry in roles.four_eyes:
        capability, _, level = entry.partition(":")
        if capability == name:
            takes.append(f"a second person for what is {level}" if level else "a second person")
    return f" (takes {' and '.join(takes)})" if takes else ""


def approval(row: ApprovalRow, width: int) -> Text:
    """What somebody wants to do, and what was said to it."""
    draft = Draft(width)
    draft.line(
        *(span(f" {row.approval_id}", "strong"), span(f"  {row.state}", "warn" if row.state == "waiting" else "quiet")),
        *(span(f"  {row.action}", "accent"), Span("  "), span(row.object)),
    )
    draft.section("What")
    draft.text(row.detail or "Nothing more than that.")
    draft.section("Who and why")
    draft.field("asked by", f"{row.by}, who is you" if row.mine else row.by)
    draft.field("asked", figures.moment(row.at))
    draft.field("until", figures.moment(row.expires_at))
    draft.field("why", row.reason or "no reason was given")
    if row.decided_at:
        draft.section("Answer")
        draft.field("by", f"{row.decided_by}, {figures.moment(row.decided_at)}")
        draft.field("note", row.note or "none")
    elif row.mine:
        draft.text("Somebody else has to approve it; x takes it back.", "quiet")
    return draft.done()
