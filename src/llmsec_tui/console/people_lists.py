"""The columns of accounts, roles and approvals."""

from llmsec_tui.console import figures
from llmsec_tui.console.columns import Column
from llmsec_tui.console.safe_text import Span, preview, span
from llmsec_tui.service.access.api import ApprovalRow, RoleRow, UserRow

_CONTENT_STYLES = {"full": "warn", "redacted": "", "hidden": "quiet"}
_APPROVAL_STYLES = {"waiting": "warn", "approved": "good", "refused": "bad"}


def standing(row: UserRow) -> tuple[str, str]:
    """Whether somebody can log in with the account, and the style to say it in."""
    if not row.enabled:
        return "disabled", "faint"
    return ("locked", "bad") if row.locked_until else ("enabled", "good")


def _time(us: int) -> Span:
    return span(figures.stamp(us) if us else "never", "quiet" if us else "faint")


ACCOUNTS: tuple[Column[UserRow], ...] = (
    Column("STATE", 8, lambda row: span(*standing(row))),
    Column("ACCOUNT", 12, lambda row: preview(row.name, "" if row.enabled else "quiet"), grow=2),
    Column("ROLE", 10, lambda row: preview(row.role, "accent"), grow=1),
    Column("CODE", 4, lambda row: span("yes" if row.totp else "no", "good" if row.totp else "quiet")),
    Column("LAST LOGIN UTC", 14, lambda row: _time(row.last_login_at)),
    Column("MISSES", 6, lambda row: span(str(row.failures), "warn" if row.failures else "faint"), right=True),
    Column("CREATED", 14, lambda row: _time(row.created_at), from_width=100),
    Column("BY", 12, lambda row: preview(row.created_by, "quiet"), grow=1, from_width=100),
)

APPROVALS: tuple[Column[ApprovalRow], ...] = (
    Column("NO", 5, lambda row: span(row.approval_id, "" if row.state == "waiting" else "quiet")),
    Column("STATE", 8, lambda row: span(row.state, _APPROVAL_STYLES.get(row.state, "quiet"))),
    Column("ASKED BY", 12, lambda row: _asker(row)),
    Column("ACTION", 18, lambda row: span(row.action, "accent")),
    Column("ON", 12, lambda row: preview(row.object), grow=1),
    Column("ASKED UTC", 14, lambda row: _time(row.at), from_width=100),
    Column("WHY", 14, lambda row: preview(row.reason, "quiet"), grow=2, from_width=100),
    Column("DECIDED BY", 12, lambda row: preview(row.decided_by, "quiet"), from_width=140),
)


def _asker(row: ApprovalRow) -> Span:
    return preview(f"{row.by} (you)" if row.mine else row.by, "quiet" if row.mine else "")


ROLES: tuple[Column[RoleRow], ...] = (
    Column("ROLE", 12, lambda row: preview(row.name, "accent")),
    Column("MAY", 4, lambda row: span(str(len(row.capabilities)), "quiet"), right=True),
    Column("CONTENT", 8, lambda row: span(row.content, _CONTENT_STYLES.get(row.content, "quiet"))),
    Column("USERS AS", 10, lambda row: span("names" if row.identities else "pseudonyms", "quiet")),
    Column("SCOPE", 12, lambda row: preview(scope(row), "quiet"), grow=1),
    Column("WHO HAS IT", 16, lambda row: preview(holders(row) or "nobody", "" if holders(row) else "faint"), grow=2),
)


def scope(row: RoleRow) -> str:
    """Whose traffic the role sees, in a line."""
    parts = [f"{word} {', '.join(names)}" for word, names in (("app", row.apps), ("tenant", row.tenants)) if names]
    return " · ".join(parts) or "everything"


def holders(row: RoleRow) -> str:
    """Who has the role: accounts first, then users and @groups of the system."""
    return ", ".join([*row.users, *row.os_users])
