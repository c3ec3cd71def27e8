"""Who is logged in at a collector in memory, its accounts and approvals, its journal, and what it reveals."""

from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace

from llmsec_tui.errors import LoginNeeded, NotFound, SessionLocked, StepUpNeeded
from llmsec_tui.service.access import api as access_api
from llmsec_tui.service.access.api import ApprovalRow, LoggedIn, Me, PersonalAsk, RoleRow, UserRow
from llmsec_tui.service.api import AlertRow, Ask, AuditRow, Done, EventRow, GetStatus
from llmsec_tui.service.auditing import api as auditing_api
from llmsec_tui.service.auditing.api import VerdictRow, Verification
from llmsec_tui.service.content.api import RevealContent, Revealed

START = 1_795_400_000_000_000
ACCESS_CAPABILITIES = (
    *("users.read", "users.manage", "approvals.read", "approvals.give", "content.reveal"),
    *("audit.verify", "audit.export", "audit.anchor"),
)
WRONG = "That name, password or code is wrong, or the account is locked for a while."


def account(name: str, role: str = "analyst", **changes: Any) -> UserRow:
    """An account in which nobody ever logged in."""
    row = UserRow(
        name=name,
        role=role,
        enabled=True,
        totp=False,
        last_login_at=0,
        failures=0,
        locked_until=0,
        created_at=START,
        created_by="root",
    )
    return replace(row, **changes)


def approval(number: int, by: str, **changes: Any) -> ApprovalRow:
    """Something that waits for a second person."""
    row = ApprovalRow(
        approval_id=f"A-{number}",
        at=START,
        by=by,
        action="retention.set",
        object="content",
        detail="days=30 note=less to lose",
        reason="less to lose",
        state="waiting",
        decided_by="",
        decided_at=0,
        note="",
        expires_at=START + 86_400_000_000,
        mine=by == "ann",
    )
    return replace(row, **changes)


class Access:
    """What a collector answers about access; without ``passwords`` nobody has to log in."""

    alerts: list[AlertRow]
    audit: list[AuditRow]
    capabilities: list[str]
    now: Callable[[], int]

    def __init__(self) -> None:
        self.passwords: dict[str, str] = {}
        """Of those who can log in; as soon as there is one, everybody has to."""
        self.session = ""
        """Whose login is open."""
        self.locked = False
        self.idle_s = 900
        self.step_up: set[type[Ask[Any]]] = set()
        """What takes the password again."""
        self.proven = False
        self.content = ""
        self.revealed: dict[str, int] = {}
        """What is shown in full, and until when."""
        self.signing = ""
        self.accounts = [
            account("ann", last_login_at=START + 60_000_000, totp=True),
            account("bob", "viewer", enabled=False),
            account("cyd", "responder", failures=5, locked_until=START + 90_000_000_000),
        ]
        self.approvals = [approval(3, "bob"), approval(2, "ann"), approval(1, "bob", state="refused", decided_by="ann")]
        self.access_words: Sequence[str] = ()

    def use_for_access(self, texts: Sequence[str]) -> None:
        """Make every text that people or files can choose one of these."""
        self.access_words = texts
        self.accounts = [account(text, text, created_by=text) for text in texts]
        self.approvals = [
            approval(n, text, object=text, detail=text, reason=text, action=text, decided_by=text, note=text)
            for n, text in enumerate(texts)
        ]

    def phrase(self, number: int, usual: str) -> str:
        """A text, or the one that is wanted instead."""
        return self.access_words[number % len(self.access_words)] if self.access_words else usual

    @property
    def login(self) -> str:
        """As a status says it."""
        if self.passwords and not self.session:
            return "needed"
        return "locked" if self.locked else ""

    def check_access(self, ask: Ask[Any]) -> None:
        """Refuse whatever takes a login, or the password again."""
        if isinstance(ask, PersonalAsk | GetStatus):
            return
        if self.login == "needed":
            raise LoginNeeded("Nobody is logged in here.", hint="Log in.")
        if self.login == "locked":
            raise SessionLocked("The session is locked.", hint="Give the password again.")
        if type(ask) in self.step_up and not self.proven:
            raise StepUpNeeded("This takes your password again.")

    # Logins

    def me(self) -> Me:
        """Who is at this end."""
        return Me(
            user=self.session or "ann",
            os_user="ann",
            role="" if self.login == "needed" else "analyst",
            capabilities=self.capabilities,
            content=self.content or "full",
            identities=True,
            apps=[],
            tenants=[],
            session=f"s-{self.session}" if self.session else "",
            expires_at=START if self.session else 0,
            idle_s=self.idle_s if self.session else 0,
            login_required=bool(self.passwords),
            login_possible=bool(self.passwords),
            locked=self.locked,
            totp=False,
            protection=self.phrase(1, "Accounts keep people apart; root on this host is not kept out."),
        )

    def _prove(self, name: str, password: str) -> None:
        if self.passwords.get(name) != password:
            raise LoginNeeded(WRONG)

    def _answer_WhoAmI(self, ask: access_api.WhoAmI) -> Me:  # noqa: N802 - named after the ask
        return self.me()

    def _answer_Login(self, ask: access_api.Login) -> LoggedIn:  # noqa: N802
        self._prove(ask.account, ask.password)
        self.session, self.locked = ask.account, False
        return LoggedIn(token=f"token-of-{ask.account}", me=self.me())

    def _answer_Logout(self, ask: access_api.Logout) -> Me:  # noqa: N802
        self.session, self.locked = "", False
        return self.me()

    def _answer_LockSession(self, ask: access_api.LockSession) -> Me:  # noqa: N802
        self.locked = True
        return self.me()

    def _answer_StillHere(self, ask: access_api.StillHere) -> Me:  # noqa: N802
        return self.me()

    def _answer_StepUp(self, ask: access_api.StepUp) -> Me:  # noqa: N802
        self._prove(self.session, ask.password)
        self.locked, self.proven = False, True
        return self.me()

    # Accounts, roles and approvals

    def _account(self, name: str) -> UserRow:
        for row in self.accounts:
            if row.name == name:
                return row
        raise NotFound(f"There is no account {name}.")

    def _change(self, name: str, **changes: Any) -> Done:
        row = self._account(name)
        self.accounts[self.accounts.index(row)] = replace(row, **changes)
        return Done(message=f"{name} is changed.")

    def _answer_ListUsers(self, ask: access_api.ListUsers) -> access_api.UserList:  # noqa: N802
        return access_api.UserList(rows=list(self.accounts))

    def _answer_AddUser(self, ask: access_api.AddUser) -> Done:  # noqa: N802
        self.accounts.append(account(ask.account, ask.role))
        return Done(message=f"{ask.account} can log in as {ask.role}.")

    def _answer_SetRole(self, ask: access_api.SetRole) -> Done:  # noqa: N802
        return self._change(ask.account, role=ask.role)

    def _answer_SetPassword(self, ask: access_api.SetPassword) -> Done:  # noqa: N802
        return self._change(ask.account, failures=0)

    def _answer_DisableUser(self, ask: access_api.DisableUser) -> Done:  # noqa: N802
        return self._change(ask.account, enabled=False)

    def _answer_EnableUser(self, ask: access_api.EnableUser) -> Done:  # noqa: N802
        return self._change(ask.account, enabled=True)

    def _answer_UnlockUser(self, ask: access_api.UnlockUser) -> Done:  # noqa: N802
        return self._change(ask.account, failures=0, locked_until=0)

    def _answer_DropTotp(self, ask: access_api.DropTotp) -> Done:  # noqa: N802
        return self._change(ask.account, totp=False)

    def _answer_ListRoles(self, ask: access_api.ListRoles) -> access_api.RoleList:  # noqa: N802
        names = [self.phrase(n, name) for n, name in enumerate(("viewer", "analyst", "responder"))]
        rows = [
            RoleRow(
                name=name,
                capabilities=["alerts.read", "retention.set"],
                content=("hidden", "redacted", "full")[n],
                identities=n > 0,
                apps=[self.phrase(n, "support-bot")] if n == 0 else [],
                tenants=[],
                os_users=[self.phrase(n + 1, "@soc")] if n == 1 else [],
                users=[row.name for row in self.accounts if row.role == name],
            )
            for n, name in enumerate(names)
        ]
        return access_api.RoleList(
            rows=rows,
            origin=self.phrase(2, "/etc/llmsec/roles.yml"),
            problem=self.phrase(3, ""),
            step_up=["retention.set"],
            four_eyes=["retention.set"],
        )

    def _answer_ListApprovals(self, ask: access_api.ListApprovals) -> access_api.ApprovalList:  # noqa: N802
        return access_api.ApprovalList(rows=list(self.approvals))

    def _decide(self, name: str, state: str, note: str) -> Done:
        for place, row in enumerate(self.approvals):
            if row.approval_id == name:
                self.approvals[place] = replace(row, state=state, decided_by="ann", decided_at=START, note=note)
                return Done(message=f"{name} is {state}.")
        raise NotFound(f"There is no approval {name}.")

    def _answer_Approve(self, ask: access_api.Approve) -> Done:  # noqa: N802
        return self._decide(ask.approval_id, "approved", ask.note)

    def _answer_RefuseApproval(self, ask: access_api.RefuseApproval) -> Done:  # noqa: N802
        return self._decide(ask.approval_id, "refused", ask.note)

    # The journal

    def _answer_GetAuditRecord(self, ask: auditing_api.GetAuditRecord) -> auditing_api.AuditDetail:  # noqa: N802
        row = next((row for row in self.audit if row.seq == ask.seq), None)
        if row is None:
            raise NotFound(f"There is no record {ask.seq}.")
        return auditing_api.AuditDetail(
            row=replace(row, tty=self.phrase(1, "pts/3"), session=self.phrase(2, "s-ann")),
            before='{"state": "new"}',
            after='{"state": "acknowledged"}',
            loginuid=1001,
            pid=4711,
            ssh_client=self.phrase(3, "192.0.2.7 50022 22"),
            command_id="c",
            boot_id="b",
            mono=1,
            prev="ab" * 32,
            version=2,
            record=self.phrase(4, '{"v":2,"seq":1}'),
        )

    def _answer_VerifyJournal(self, ask: auditing_api.VerifyJournal) -> Verification:  # noqa: N802
        verdict = VerdictRow(
            code=0, name="VERIFIED", words=self.phrase(5, "Every record is as it was sealed."), ok=True
        )
        return Verification(
            verdicts=[verdict],
            integrity="whole",
            completeness="unanchored",
            verified_seq=40,
            sealed_seq=40,
            anchored_seq=0,
            anchored_at=0,
            head="cd" * 32,
            root="ef" * 32,
            log_id="12" * 16,
            key_id="k",
            records=40,
            seconds=0.01,
            index_ok=True,
        )

    def _answer_GetHead(self, ask: auditing_api.GetHead) -> auditing_api.Head:  # noqa: N802
        row = auditing_api.AnchorRow(
            name=self.phrase(6, "vault"), kind="file", seq=38, at=START, problem=self.phrase(7, "Permission denied")
        )
        return auditing_api.Head(
            seq=40,
            head="cd" * 32,
            root="ef" * 32,
            size=40,
            note="",
            vkey=self.phrase(8, "llmsec-tui/12+ab+key"),
            log_id="12" * 16,
            signing="",
            anchors=[row],
            consistency=[],
        )

    def _answer_ProveRecord(self, ask: auditing_api.ProveRecord) -> auditing_api.Proof:  # noqa: N802
        return auditing_api.Proof(
            seq=ask.seq, record="{}", hash="ab" * 32, leaf_index=ask.seq - 1, size=40, path=[], note="", vkey=""
        )

    def _answer_AnchorNow(self, ask: auditing_api.AnchorNow) -> Done:  # noqa: N802
        return Done(message="1 anchor has record 40.")

    # What is masked

    def _answer_RevealContent(self, ask: RevealContent) -> Revealed:  # noqa: N802
        until = self.now() + 900_000_000
        events = [row.event_id for row in self.alerts if row.alert_id == ask.id]
        self.revealed |= dict.fromkeys([ask.id, *events], until)
        return Revealed(until=until, of=ask.of, id=ask.id, events=events, sha256="", message="It is on record.")

    def until(self, name: str) -> int:
        """How long an alert or event is shown in full; 0 when it is not."""
        until = self.revealed.get(name, 0)
        return until if until > self.now() else 0

    def seen(self, row: EventRow) -> EventRow:
        """As much of it as the role sees."""
        if self.content in ("", "full") or self.until(row.event_id):
            return row
        return replace(row, text=f"‹hidden: {row.n_chars} characters›")
