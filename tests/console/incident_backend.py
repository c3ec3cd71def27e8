"""The incidents of a collector in memory."""

from collections.abc import Sequence

from msgspec.structs import replace

from llmsec_tui.errors import NotFound, ServiceError, StaleVersion
from llmsec_tui.service import api
from llmsec_tui.service.incidents import api as incident_api
from llmsec_tui.service.incidents.report_rows import (
    HandOverReport,
    LevelMetrics,
    Metrics,
    RuleMetrics,
    Spread,
    TeamMetrics,
)
from llmsec_tui.service.incidents.rows import (
    BulkDone,
    Bundle,
    ClockRow,
    ConversationCount,
    Desk,
    DutyRow,
    ExportedFile,
    IncidentDetail,
    IncidentPage,
    IncidentRow,
    ItemResult,
    NotificationPage,
    NotificationRow,
    PinRow,
    Present,
    RelatedRow,
    RemedyList,
    RemedyRow,
    RuleCount,
    RunOutput,
    RunRow,
    TaskRow,
    Timeline,
    TimelineRow,
)

START = 1_795_400_000_000_000
NOW = START + 3_600_000_000
MINUTE = 60_000_000
INCIDENT_CAPABILITIES = [
    *("incidents.read", "incidents.open", "incidents.acknowledge", "incidents.assign", "incidents.work"),
    *("incidents.close", "incidents.reopen", "incidents.merge", "incidents.run", "incidents.export", "incidents.bulk"),
]
LEVELS = ("critical", "high", "medium", "low", "informational")
DISPOSITIONS = ["true_positive", "benign_true_positive", "false_positive", "duplicate", "test", "not_evaluable"]
SMALL_ACTS = [
    *("link", "unlink", "set_level", "retitle", "watch", "unwatch", "note", "mark", "pin", "unpin", "check_pins"),
    *("add_task", "finish_task", "waive_task", "reopen_task", "rehearse", "start_duty", "amend_duty", "meet_duty"),
    *("merge", "split", "add_alerts", "export"),
]
ACTS = {
    "new": ["acknowledge", "close", *SMALL_ACTS],
    "acknowledged": ["take_over", "assign", "hand_over", "investigate", "contain", "resolve", "hold", "close", "run"],
    "investigating": ["take_over", "assign", "hand_over", "contain", "resolve", "hold", "close", "run", *SMALL_ACTS],
    "contained": ["take_over", "assign", "hand_over", "investigate", "resolve", "hold", "close", "run", *SMALL_ACTS],
    "pending": ["take_over", "assign", "resume", *SMALL_ACTS],
    "resolved": ["take_over", "assign", "investigate", "close", "reopen", *SMALL_ACTS],
    "closed": ["reopen", "note", "export", "check_pins"],
    "merged": ["unmerge", "note", "export", "check_pins"],
}
ACTS["acknowledged"] += SMALL_ACTS
_TITLES = (
    "Secret in a model's answer",
    "Instruction override in a tool result",
    "System prompt asked for, again and again",
    "Markdown image that carries data away",
)
_STATES = ("new", "investigating", "acknowledged", "pending", "contained", "new")


def clock(name: str, state: str, left_minutes: int, *, duty: bool = False, text: str = "") -> ClockRow:
    """A clock with so much left."""
    return ClockRow(
        name=text or name,
        title=text or name,
        duty=duty,
        state=state,
        began_at=NOW - 30 * MINUTE,
        due_at=None if state == "paused" else NOW + left_minutes * MINUTE,
        left=left_minutes * MINUTE,
        met_at=NOW - MINUTE if state in ("met", "late") else None,
    )


class Incidents:
    """What a collector answers about incidents."""

    def __init__(self) -> None:
        self.word: Sequence[str] = ()
        """When set, every text cycles through these."""
        self.incidents = [self.incident(number) for number in range(6, 0, -1)]
        self.others = ["bob@pts/3"]
        self.content_share: float | None = 0.54
        self.no_act: ServiceError | None = None
        """For every act."""
        self.rehearsed = False
        self.runs: list[RunRow] = []
        self.pins = [self._pin(1)]
        self.extra_tasks: list[TaskRow] = []
        self.task_states = {1: "open", 2: "done"}

    def use_for_incidents(self, texts: Sequence[str]) -> None:
        """Make every text one of these."""
        self.word = texts
        self.others = [texts[2 % len(texts)]]
        self.incidents = [self.incident(number) for number in range(max(len(texts), 6), 0, -1)]
        self.pins = [self._pin(number + 1) for number in range(len(texts))]

    def say(self, number: int, usual: str) -> str:
        return self.word[number % len(self.word)] if self.word else usual

    def incident(self, number: int) -> IncidentRow:
        """One of those that there are."""
        state = _STATES[number % len(_STATES)]
        clocks = self._clocks(number, state)
        pressing = [one for one in clocks if one.state in ("breached", "running")]
        return IncidentRow(
            seq=number,
            incident_id=f"INC-{number}",
            title=self.say(number, _TITLES[number % len(_TITLES)]),
            level=LEVELS[(6 - number) % 5],
            state=state,
            before="investigating" if state == "pending" else "",
            owner="" if state == "new" else self.say(number + 1, "ann" if number % 2 else "bob"),
            version=3,
            opened_at=NOW - number * 40 * MINUTE,
            opened_by="llmsec-tui",
            how="level",
            last_at=NOW - MINUTE,
            changed_at=NOW - 5 * MINUTE,
            changed_by=self.say(number + 2, "bob"),
            changed="acknowledge",
            n_alerts=3 * number,
            n_tasks=2,
            n_tasks_open=1,
            n_notes=1,
            n_pins=1,
            clock=pressing[0] if pressing else None,
            breached=sum(one.state == "breached" for one in clocks),
            users=[self.say(number + 3, "customer-4711")],
            apps=[self.say(number + 4, "support-bot")],
            n_users=4,
            n_conversations=2,
            watchers=[self.say(number + 5, "eve")],
            viewers=[self.say(number + 6, "bob@pts/3")] if number == 6 else [],
            disposition="",
            merged_into="",
            reopened=0,
            acts=ACTS[state],
        )

    def _clocks(self, number: int, state: str) -> list[ClockRow]:
        if state == "pending":
            return [clock("contain", "paused", 12, text=self.say(number, "") if self.word else "")]
        first = clock("acknowledge", "breached" if number == 6 else "running", -20 if number == 6 else 13)
        return [first, clock("resolve", "running", 190), clock("gdpr", "running", 4_000, duty=True)]

    def _pin(self, number: int) -> PinRow:
        return PinRow(
            pin=number,
            event_id="1" * 16,
            source_path=self.say(number, "/var/log/llm/support-bot.jsonl"),
            source_offset=48_219_733,
            source_len=1_442,
            sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            note=self.say(number + 1, "the answer with the key in it"),
            by=self.say(number + 2, "ann"),
            at=NOW - MINUTE,
            checked_at=None if number % 2 else NOW,
            result="" if number % 2 else "changed",
        )

    def _tasks(self) -> list[TaskRow]:
        texts = ("Revoke the key that was shown.", "Read what the customer did with the answer.")
        tasks = [
            TaskRow(
                task=number,
                text=self.say(number, text),
                rule_id="llm02",
                rule_title=self.say(number + 1, "Secret in a model's answer"),
                remedy="revoke-key" if number == 1 else "",
                state=self.task_states[number],
                by=self.say(number + 2, "ann") if self.task_states[number] == "done" else "",
                at=NOW - MINUTE if self.task_states[number] == "done" else None,
                note=self.say(number + 3, "nothing so far"),
            )
            for number, text in enumerate(texts, 1)
        ]
        return [*tasks, *self.extra_tasks]

    def find(self, name: str) -> IncidentRow:
        """By its own name or an alert's."""
        if name.startswith("a0"):
            return self.incidents[0]
        for row in self.incidents:
            if row.incident_id == name:
                return row
        raise NotFound(f"There is no incident {name}.")

    # Queries

    def _answer_ListIncidents(self, ask: incident_api.ListIncidents) -> IncidentPage:  # noqa: N802
        rows = [row for row in self.incidents if _fits(row, ask.filter)]
        if ask.order == "newest":
            rows = sorted(rows, key=lambda row: -row.opened_at)
        rows = [replace(row, seq=len(rows) - place) for place, row in enumerate(rows)]
        inside = [row for row in rows if (ask.after or 0) < row.seq < (ask.before or 1 << 62)]
        return IncidentPage(rows=inside[: ask.limit], total=len(rows))

    def _answer_GetIncident(self, ask: incident_api.GetIncident) -> IncidentDetail:  # noqa: N802
        row = self.find(ask.incident_id)
        number = int(row.incident_id.removeprefix("INC-"))
        tasks = self._tasks()
        return IncidentDetail(
            row=replace(row, n_tasks=len(tasks), n_tasks_open=sum(task.state == "open" for task in tasks)),
            now=NOW,
            clocks=self._clocks(number, row.state),
            tasks=tasks,
            pins=self.pins,
            runs=self.runs,
            rules=[RuleCount(rule_id="llm02", title=self.say(number, "Secret in a model's answer"), n=row.n_alerts)],
            conversations=[
                ConversationCount(
                    conversation_id=self.say(n, f"conv-{n}"),
                    app=self.say(n + 1, "support-bot"),
                    n=2,
                    event_id=f"{n:016x}",
                )
                for n in (3, 9)
            ],
            related=[
                RelatedRow(
                    row=other,
                    relation=("similar", "linked")[place],
                    shared=[self.say(number + 2, "user:customer-4711")],
                )
                for place, other in enumerate([one for one in self.incidents if one is not row][:2])
            ],
            playbook=[self.say(number + 3, "Revoke the key that was shown.")],
            description=self.say(number + 4, "A secret stands in what a model answered."),
            first_event_at=START,
            first_alert_at=START + MINUTE,
            acknowledged_at=None,
            contained_at=None,
            resolved_at=None,
            closed_at=None,
            pending_us=0,
            closing_note=self.say(number + 5, ""),
            duplicate_of="",
            follows="",
            absorbed=[],
            content_share=self.content_share,
        )

    def _answer_GetTimeline(self, ask: incident_api.GetTimeline) -> Timeline:  # noqa: N802
        kinds = ("event", "alert", "act", "run", "clock", "mark", "marker", "configuration")
        rows = [
            TimelineRow(
                seq=n,
                at=START + n * MINUTE,
                kind=kinds[n % len(kinds)],
                who=self.say(n, "ann"),
                what=self.say(n + 1, "noted" if kinds[n % 8] == "act" else "Secret in a model's answer"),
                text=self.say(n + 2, f"what happened as number {n}"),
                level="critical" if n % 8 == 1 else "",
                ref=f"{n:016x}" if n % 8 == 0 else f"a{n:015x}" if n % 8 == 1 else "",
            )
            for n in range(max(len(self.word), 40), 0, -1)
        ]
        rows = [row for row in rows if not ask.kinds or row.kind in ask.kinds]
        inside = [row for row in rows if (ask.after or 0) < row.seq < (ask.before or 1 << 62)]
        return Timeline(rows=inside[: ask.limit], total=len(rows), left_out=0)

    def _answer_GetRemedies(self, ask: incident_api.GetRemedies) -> RemedyList:  # noqa: N802
        usual: tuple[tuple[str, str, list[str]], ...] = (
            ("revoke-key", "Revoke the key", []),
            ("block-user", "Block the user", ["user_id"]),
        )
        return RemedyList(
            rows=[
                RemedyRow(
                    name=name,
                    title=self.say(place, title),
                    kind="command",
                    what=self.say(place + 1, f"/usr/local/bin/{name} customer-4711"),
                    missing=missing,
                    rehearsed_at=NOW if self.rehearsed and not missing else None,
                    running=any(run.remedy == name and run.state == "running" for run in self.runs),
                    tasks=[1] if name == "revoke-key" else [],
                )
                for place, (name, title, missing) in enumerate(usual)
            ]
        )

    def _answer_GetRunOutput(self, ask: incident_api.GetRunOutput) -> RunOutput:  # noqa: N802
        run = next(run for run in self.runs if run.run == ask.run)
        return RunOutput(run=run, text=self.say(ask.run, "key sk-… is revoked\n"), cut=0)

    def _answer_GetDesk(self, ask: incident_api.GetDesk) -> Desk:  # noqa: N802
        return Desk(
            duties=[DutyRow(name="gdpr", title=self.say(1, "GDPR article 33"), within=72 * 60 * MINUTE)],
            dispositions=DISPOSITIONS,
            levels=list(LEVELS),
            most_at_once=50,
            people=[self.say(2, "ann"), self.say(3, "bob"), "carol"],
            policy="",
            problem="",
            open=6,
            mine=3,
            breached=1,
        )

    def _answer_LookAt(self, ask: incident_api.LookAt) -> Present:  # noqa: N802
        return Present(others=self.others if ask.incident_id == "INC-6" else [])

    def _answer_GetMetrics(self, ask: incident_api.GetMetrics) -> Metrics:  # noqa: N802
        some, none = Spread(n=4, mean=7e8, median=6e8, p90=3e9), Spread(n=0, mean=None, median=None, p90=None)
        times = {"detect": some, "acknowledge": some, "contain": none, "resolve": some, "backlog": none}
        return Metrics(
            since=START,
            now=NOW,
            levels=[
                LevelMetrics(level=level, opened=9, closed=4, open=5, breached=2, reopened=1, **times)
                for level in ("all", *LEVELS)
            ],
            rules=[
                RuleMetrics(
                    rule_id="r",
                    title=self.say(n, "Secret in a model's answer"),
                    closed=8,
                    true_positive=5,
                    benign=1,
                    false_positive=2,
                    other=0,
                    precision=0.75,
                    low=0.41,
                    high=0.93,
                )
                for n in range(max(len(self.word), 1))
            ],
            teams=[
                TeamMetrics(team=self.say(n, "soc"), closed=4, open=5, false_positive=1, acknowledge=some, resolve=some)
                for n in range(max(len(self.word), 1))
            ],
        )

    def _answer_GetHandOver(self, ask: incident_api.GetHandOver) -> HandOverReport:  # noqa: N802
        texts = "\n".join(f"- {text}" for text in self.word)
        return HandOverReport(
            user=ask.user,
            now=NOW,
            rows=self.incidents[:2],
            markdown=f"# Hand-over\n\n## INC-6\n\n- nobody's, 18 alerts\n{texts}\n\nWait for the customer.\n",
        )

    def _answer_ListNotifications(self, ask: incident_api.ListNotifications) -> NotificationPage:  # noqa: N802
        rows = [
            NotificationRow(
                seq=n,
                at=START + n * MINUTE,
                incident_id="INC-6",
                channel=self.say(n, "on-call"),
                about=self.say(n + 1, "opened"),
                state=("delivered", "waiting", "held", "given_up")[n % 4],
                attempts=n,
                next_at=NOW if n % 4 == 1 else None,
                why=self.say(n + 2, "the hook answered 500"),
            )
            for n in range(max(len(self.word), 4), 0, -1)
        ]
        inside = [row for row in rows if (ask.after or 0) < row.seq < (ask.before or 1 << 62)]
        return NotificationPage(rows=inside[: ask.limit], total=len(rows))

    # Commands

    def _answer_OpenIncident(self, ask: incident_api.OpenIncident) -> api.Done:  # noqa: N802
        new = replace(self.incident(7), level="high", state="new", opened_at=NOW, acts=ACTS["new"])
        self.incidents.insert(0, new)
        return api.Done(message="INC-7 is open.")

    def _answer_ActOnIncident(self, ask: incident_api.ActOnIncident) -> api.Done:  # noqa: N802
        if self.no_act is not None:
            raise self.no_act
        row = self.find(ask.incident_id)
        if ask.act in _MOVES and ask.version != row.version:
            raise StaleVersion(f"{row.incident_id} changed since you read it: acknowledged by bob at 12:00.")
        place = self.incidents.index(row)
        self.incidents[place] = self._after(row, ask)
        return api.Done(message=f"{row.incident_id}: {ask.act} done.")

    def _after(self, row: IncidentRow, ask: incident_api.ActOnIncident) -> IncidentRow:
        state = _MOVES.get(ask.act, row.state)
        owner = {"acknowledge": "ann", "take_over": "ann", "assign": ask.owner}.get(ask.act, row.owner)
        match ask.act:
            case "finish_task" | "reopen_task" | "waive_task":
                states = {"finish_task": "done", "reopen_task": "open", "waive_task": "waived"}
                self.task_states[ask.task] = states[ask.act]
            case "rehearse" | "run":
                self.rehearsed = True
                self.runs = [*self.runs, self._run(len(self.runs) + 1, ask)]
            case "check_pins":
                self.pins = [replace(pin, result="intact", checked_at=NOW) for pin in self.pins]
        version = row.version + (ask.act in _MOVES)
        return replace(
            row,
            state=state,
            owner=owner,
            version=version,
            acts=ACTS[state],
            disposition=ask.disposition,
            changed=ask.act,
        )

    def _run(self, number: int, ask: incident_api.ActOnIncident) -> RunRow:
        return RunRow(
            run=number,
            remedy=ask.remedy,
            title=self.say(number, "Revoke the key"),
            rehearsal=ask.act == "rehearse",
            what=self.say(number + 1, "/usr/local/bin/revoke-key customer-4711"),
            task=ask.task or None,
            state="done",
            by=self.say(number + 2, "ann"),
            at=NOW - MINUTE,
            ended_at=NOW,
            exit_code=0,
            output_bytes=20,
            told=self.say(number + 3, "It ended well."),
        )

    def _answer_BulkAct(self, ask: incident_api.BulkAct) -> BulkDone:  # noqa: N802
        results = [
            ItemResult(
                name=item.id, done=place % 2 == 0, message=self.say(place, "done" if place % 2 == 0 else "stale")
            )
            for place, item in enumerate(ask.items)
        ]
        return BulkDone(message=self.say(0, f"{ask.act}: 1 refused."), results=results, audit_seq=1)

    def _answer_HandOver(self, ask: incident_api.HandOver) -> BulkDone:  # noqa: N802
        results = [ItemResult(name="INC-5", done=True, message=f"{ask.to} has it.")]
        return BulkDone(message=f"1 incident is {ask.to}'s.", results=results, audit_seq=1)

    def _answer_ExportIncident(self, ask: incident_api.ExportIncident) -> Bundle:  # noqa: N802
        files = [ExportedFile(name="incident.md", content=b"# INC"), ExportedFile(name="../evil", content=b"x")]
        return Bundle(incident_id=ask.incident_id, files=files, message="2 files.")


_MOVES = {
    "acknowledge": "acknowledged",
    "take_over": "acknowledged",
    "assign": "acknowledged",
    "investigate": "investigating",
    "contain": "contained",
    "resolve": "resolved",
    "hold": "pending",
    "resume": "investigating",
    "close": "closed",
    "reopen": "investigating",
    "merge": "merged",
    "unmerge": "new",
}


def _fits(row: IncidentRow, text: str) -> bool:
    if "state:" not in text and row.state in ("closed", "merged"):
        return False
    return all(_fits_word(row, word) for word in text.split())


def _fits_word(row: IncidentRow, word: str) -> bool:
    name, _, value = word.partition(":")
    match name:
        case "owner":
            return row.owner == value
        case "owned":
            return not row.owner
        case "breached":
            return row.breached > 0
        case "state":
            return row.state == value
        case "!state":
            return row.state != value
        case _:
            return word.casefold() in row.title.casefold()
