"""Rules while a collector runs: reloaded, refused, turned off and on, and never in silence."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from subprocess import DEVNULL, Popen

import pytest
from tests.patience import PATIENCE_S
from tests.service.parts import OVER_TIME_ID, RULE_ID, actor, say, write_rules

from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.errors import AccessRefused, CollectorGone, NotFound, ServiceError
from llmsec_tui.paths import Home
from llmsec_tui.service.api import (
    AlertRow,
    GetAlert,
    GetStatus,
    ListAlerts,
    ListAudit,
    ListSources,
    ListTookPart,
    Status,
)
from llmsec_tui.service.client import Client
from llmsec_tui.service.context import Context
from llmsec_tui.service.dispatch import Dispatch
from llmsec_tui.service.rules.api import DisableRule, EnableRule, GetRule, ListRules, ReloadRules, RuleDetail, RulePage
from llmsec_tui.service.rules.good_rules import load_good
from llmsec_tui.service.rules.in_force import in_force
from llmsec_tui.service.rules.reloading import signature
from llmsec_tui.service.rules.rulebook import Rulebook, RulesRefused
from llmsec_tui.store.rule_writer import Off


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return write_rules(tmp_path / "rules")


@pytest.fixture
def book(rules: Path) -> Rulebook:
    return Rulebook([rules], *load_good([rules]))


@pytest.fixture
async def dispatch(context: Context, book: Rulebook) -> AsyncIterator[Dispatch]:
    context.rules = book
    made = Dispatch(context)
    yield made
    await asyncio.to_thread(made.close)


def _records(context: Context) -> list[tuple[str, str, str, str]]:
    return [(row["action"], row["object"], row["result"], row["reason"]) for row in context.journal.page()[0]]


async def _rule(dispatch: Dispatch, name: str) -> RuleDetail:
    reply = await dispatch.reply(actor(), GetRule(rule_id=name))
    assert isinstance(reply, RuleDetail)
    return reply


async def test_a_rule_that_is_turned_off_says_who_did_it_and_why(dispatch: Dispatch, context: Context) -> None:
    """In the list, in the status, in the store and in the journal, until somebody turns it on."""
    await dispatch.reply(actor(), DisableRule(command_id="c1", rule_id=RULE_ID[:6], note="too noisy"))
    detail = await _rule(dispatch, RULE_ID)
    assert (detail.row.state, detail.row.why) == ("off", "ada turned it off: too noisy")
    assert [one.rule_id for one in detail.counted_by] == [OVER_TIME_ID]
    status = await dispatch.reply(actor(), GetStatus())
    assert isinstance(status, Status)
    assert (status.rules, status.rules_off) == (2, 1)
    assert context.store.rules_off()[RULE_ID].reason == "too noisy"
    with pytest.raises(ServiceError, match="off already: ada turned it off, because: too noisy"):
        await dispatch.reply(actor(), DisableRule(command_id="c2", rule_id=RULE_ID, note="again"))
    await dispatch.reply(actor(), EnableRule(command_id="c3", rule_id=RULE_ID, note="mended"))
    assert (await _rule(dispatch, RULE_ID)).row.state == "on"
    assert context.store.rules_off() == {}
    assert _records(context)[::-1] == [
        ("rules.disable", f"rule:{RULE_ID}", "done", "too noisy"),
        (
            "rules.disable",
            f"rule:{RULE_ID}",
            "failed",
            "Says the forbidden word is off already: ada turned it off, because: too noisy",
        ),
        ("rules.enable", f"rule:{RULE_ID}", "done", "mended"),
    ]


async def test_turning_a_rule_takes_a_role_a_reason_and_a_rule(dispatch: Dispatch, context: Context) -> None:
    """Each is refused by itself, and what was on stays on."""
    with pytest.raises(AccessRefused):
        await dispatch.reply(actor("viewer"), DisableRule(command_id="c1", rule_id=RULE_ID, note="x"))
    with pytest.raises(AccessRefused):
        await dispatch.reply(actor("analyst"), ReloadRules(command_id="c1"))
    with pytest.raises(ServiceError, match="with a reason"):
        await dispatch.reply(actor(), DisableRule(command_id="c2", rule_id=RULE_ID, note="  "))
    with pytest.raises(NotFound, match="There is no rule 0000"):
        await dispatch.reply(actor(), DisableRule(command_id="c3", rule_id="0000", note="x"))
    with pytest.raises(ServiceError, match="is not off"):
        await dispatch.reply(actor(), EnableRule(command_id="c4", rule_id=RULE_ID, note="x"))
    assert context.rules.off_now == frozenset()


def test_rules_are_told_of_from_the_moment_that_they_judge(book: Rulebook, rules: Path) -> None:
    """Whoever sees a new rule in the list can rely on it for the next line that is written."""
    seen = []

    def install(ruleset: RuleSet, off: frozenset[str], tell: Callable[[], None]) -> list[str]:
        seen.append((len(book.loaded.everything), book.off_now))
        tell()
        seen.append((len(book.loaded.everything), book.off_now))
        return []

    book.install = install
    (rules / "over_time.yml").unlink()
    book.accept(book.read())
    book.turn(RULE_ID, Off(0, "ada", "too noisy"))
    book.turn(RULE_ID, None)
    none, it = frozenset[str](), frozenset({RULE_ID})
    assert seen == [(2, none), (1, none), (1, none), (1, it), (1, it), (1, none)]


async def test_the_list_of_rules_can_be_paged_and_narrowed(dispatch: Dispatch) -> None:
    """The highest level first; the filter is that of the other lists."""

    async def titles(ask: ListRules) -> tuple[list[str], int]:
        page = await dispatch.reply(actor(), ask)
        assert isinstance(page, RulePage)
        return [row.title for row in page.rows], page.total

    both = ["Says the forbidden word again and again", "Says the forbidden word"]
    assert await titles(ListRules()) == (both, 2)
    assert await titles(ListRules(limit=1)) == (both[:1], 2)
    assert await titles(ListRules(before=2)) == (both[1:], 2)
    assert await titles(ListRules(after=1, limit=1)) == (both[:1], 2)
    assert await titles(ListRules(filter="kind:event_count state:on level:>=high")) == (both[:1], 1)


def test_a_rule_that_others_count_goes_on_silently_when_it_is_off(book: Rulebook, rules: Path) -> None:
    """One that nobody counts does not run; one over time goes on, or it would forget all it has learned."""
    whole = book.loaded
    both = in_force(whole, {RULE_ID, OVER_TIME_ID})
    assert [rule.alerts for rule in both.everything] == [False, False]
    assert both.version == whole.version
    (rules / "over_time.yml").unlink()
    alone = load_good([rules])[0]
    assert in_force(alone, {RULE_ID}).everything == ()
    assert in_force(alone, {"nobody"}) is alone


def test_broken_files_leave_the_old_rules_in_force_and_say_which_wait(book: Rulebook, rules: Path) -> None:
    """A rule of a broken file runs as it was; a mended set takes over whole."""
    before = book.loaded
    text = (rules / "rule.yml").read_text()
    (rules / "rule.yml").write_text(text.replace("level: high", "level: low"))
    (rules / "broken.yml").write_text("title: [unfinished\n")
    with pytest.raises(RulesRefused, match=r"1 rule file is broken and not loaded.*broken\.yml"):
        book.read()
    assert book.loaded is before
    assert book.pending >= {RULE_ID}
    assert "stay in force" in book.problem
    (rules / "broken.yml").unlink()
    change = book.read()
    assert RULE_ID in change.changed
    assert change.added == change.removed == ()
    book.accept(change)
    assert (book.problem, book.pending, book.loaded.by_id[RULE_ID].level) == ("", frozenset(), "low")


def test_removing_a_rule_over_time_says_that_its_memory_goes(book: Rulebook, rules: Path) -> None:
    """In words and for the journal."""
    (rules / "over_time.yml").unlink()
    change = book.read()
    assert (change.removed, change.forgotten) == ((OVER_TIME_ID,), (OVER_TIME_ID,))
    assert str(change) == f"1 rule from now on: 1 removed. Starting anew: {OVER_TIME_ID}."
    assert change.facts()["forgotten"] == OVER_TIME_ID


def test_a_folder_that_becomes_empty_changes_nothing(book: Rulebook, rules: Path) -> None:
    """Somebody moved it, or a mount is gone: better old rules than none."""
    for path in rules.iterdir():
        path.unlink()
    with pytest.raises(RulesRefused):
        book.read()
    rules.rmdir()
    with pytest.raises(RulesRefused):
        book.read()
    assert len(book.loaded.everything) == 2


def test_every_way_of_writing_a_rule_file_is_noticed(rules: Path) -> None:
    """In place, by rename, in a folder below, and when one goes away."""
    seen = [signature([rules])]
    (rules / "rule.yml").write_text("title: other\n")
    seen.append(signature([rules]))
    (rules / "new").write_text("title: third\n")
    assert signature([rules]) == seen[-1]
    (rules / "new").rename(rules / "rule.yml")
    seen.append(signature([rules]))
    (rules / "below").mkdir()
    (rules / "below" / "one.yaml").write_text("title: fourth\n")
    seen.append(signature([rules]))
    (rules / "over_time.yml").unlink()
    seen.append(signature([rules]))
    assert len(set(seen)) == 5


# A collector of flesh and blood.


@contextmanager
def _collector(home: Home, rules: Path, log: Path) -> Iterator["Popen[bytes]"]:
    command = [sys.executable, "-m", "llmsec_tui", "--home", str(home.root), "collect", "--from-start"]
    with home.log.open("ab") as said:
        process = Popen([*command, "--rules", str(rules), str(log)], stdin=DEVNULL, stderr=said, start_new_session=True)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


@asynccontextmanager
async def _client(home: Home) -> AsyncIterator[Client]:
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            client = await Client.connect(home.socket)
            break
        except CollectorGone:
            assert time.monotonic() < end, home.log.read_text()
            await asyncio.sleep(0.05)
    async with client:
        yield client


async def _records_read(client: Client, number: int) -> None:
    end = time.monotonic() + PATIENCE_S
    while sum(source.records for source in (await client.ask(ListSources())).rows) < number:
        assert time.monotonic() < end
        await asyncio.sleep(0.02)


async def _until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end
        await asyncio.sleep(0.02)


async def _alerts(client: Client, filter_text: str) -> list[AlertRow]:
    return (await client.ask(ListAlerts(filter=f"{filter_text} suppressed:any"))).rows


async def test_a_changed_rule_runs_a_broken_one_does_not_and_both_are_on_record(
    home: Home, rules: Path, tmp_path: Path
) -> None:
    """What was off stays off over a restart; SIGHUP has the rules read, and ends nothing."""
    log = tmp_path / "chat.jsonl"
    log.write_bytes(say(0))
    with _collector(home, rules, log) as process:
        async with _client(home) as client:
            await _records_read(client, 1)
            assert len(await _alerts(client, "")) == 1
            (rules / "broken.yml").write_text("title: [unfinished\n")
            await _until(lambda: "stay in force" in home.log.read_text())
            status = await client.ask(GetStatus())
            assert "broken.yml" in status.problem
            (rules / "broken.yml").unlink()
            rule = rules / "rule.yml"
            rule.write_text(rule.read_text().replace("level: high", "level: low"))
            os.kill(process.pid, signal.SIGHUP)
            await _until(lambda: "2 rules from now on" in home.log.read_text())
            async with asyncio.timeout(PATIENCE_S):
                # An answer may be a fraction of a second old.
                while (await client.ask(GetStatus())).problem:
                    await asyncio.sleep(0.05)
            with log.open("ab") as file:
                file.write(say(100))
            await _records_read(client, 2)
            assert [row.level for row in await _alerts(client, "")] == ["low", "high"]
            await client.ask(DisableRule(command_id="c1", rule_id=RULE_ID, note="noise"))
            acts = [(row.action, row.result) for row in (await client.ask(ListAudit())).rows]
            assert acts[0] == ("rules.disable", "done")
            assert ("rules.reload", "done") in acts
            assert ("rules.reload", "refused") in acts
    with log.open("ab") as file:
        file.write(say(200) + say(210) + say(220))
    with _collector(home, rules, log):
        async with _client(home) as client:
            assert (await client.ask(GetStatus())).rules_off == 1
            await _records_read(client, 5)
            assert [row.level for row in await _alerts(client, "")] == ["critical", "low", "high"]


async def test_a_collector_that_is_killed_counts_on_where_it_was(home: Home, rules: Path, tmp_path: Path) -> None:
    """Killed in the middle again and again, it raises the alerts over time that one run raises, and no others."""
    lines = [say(7 * n, user=f"u{n // 4 % 3}", text="xyzzy-plugh" if n % 5 else "hello") for n in range(90)]
    whole, cut = tmp_path / "whole.jsonl", tmp_path / "cut.jsonl"
    whole.write_bytes(b"".join(lines))
    other = Home(tmp_path / "other")
    other.create()
    with _collector(other, rules, whole):
        async with _client(other) as client:
            await _records_read(client, len(lines))
            expected = await _told(client)
    assert len(expected) > 5
    cut.touch()
    for piece in range(0, 90, 30):
        with _collector(home, rules, cut) as process:
            async with _client(home) as client:
                with cut.open("ab") as file:
                    for line in lines[piece : piece + 30]:
                        file.write(line)
                        file.flush()
                await _records_read(client, piece + 10)
                if piece + 30 < 90:
                    os.kill(process.pid, signal.SIGKILL)
                    continue
                await _records_read(client, len(lines))
                assert await _told(client) == expected


async def _told(client: Client) -> list[tuple[object, ...]]:
    """All there is to say of the alerts over time, but for the ids that depend on the store's secret."""
    rows = await _alerts(client, "rule:" + OVER_TIME_ID)
    told = []
    for row in rows:
        detail = await client.ask(GetAlert(alert_id=row.alert_id))
        events = (await client.ask(ListTookPart(alert_id=row.alert_id))).rows
        when = tuple(event.ts for event in events)
        told.append((row.ts, row.state, detail.group_key, detail.began, detail.n_events, detail.reason, when))
    return sorted(told, key=str)
