"""An incident's file is taken out: what the asker may see, on record, and never anything that is not what it was."""

import asyncio
import json
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import stix2
from msgspec.structs import replace
from tests.service.incident_parts import act, arrive, now
from tests.service.parts import RULE_ID, actor, write_rules
from tests.store.parts import alert, batch, kept, message, named

from llmsec_tui.detect.ruleset import load
from llmsec_tui.errors import AccessRefused, ServiceError, SourceError
from llmsec_tui.incidents.export.whole import read
from llmsec_tui.service.context import Context
from llmsec_tui.service.dispatch import Dispatch
from llmsec_tui.service.incidents import export as incident_export
from llmsec_tui.service.incidents.api import ExportIncident, GetTimeline
from llmsec_tui.service.incidents.rows import Bundle, Timeline
from llmsec_tui.service.rules.rulebook import Rulebook


@pytest.fixture
async def dispatch(context: Context) -> AsyncIterator[Dispatch]:
    arrive(context, 1)
    made = Dispatch(context)
    yield made
    await asyncio.to_thread(made.close)


async def _export(dispatch: Dispatch, *formats: str, role: str = "owner", command: str = "x1") -> dict[str, bytes]:
    ask = ExportIncident(command_id=command, incident_id="inc-1", formats=list(formats))
    reply = await dispatch.reply(actor(role), ask)
    assert isinstance(reply, Bundle)
    assert reply.incident_id == "INC-1"
    return {file.name: file.content for file in reply.files}


async def test_an_export_has_every_format_and_is_on_record(dispatch: Dispatch, context: Context) -> None:
    """The journal and the timeline name the manifest, and with it every byte that was taken out."""
    await dispatch.reply(actor(), act("note", note="look into this"))
    files = await _export(dispatch)
    assert list(files)[-1] == "manifest.sha256"
    assert len(files) == 8
    case = read(files["INC-1.json"])
    assert (case.incident.title, case.generated_by, len(case.alerts)) == ("Prompt injection", "ada", 1)
    assert [moment.kind for moment in case.timeline] == ["event", "alert", "act", "act"]
    assert stix2.parse(files["INC-1.stix.json"].decode())["type"] == "bundle"
    assert b"look into this" in files["INC-1.md"]
    digest = sha256(files["manifest.sha256"]).hexdigest()
    timeline = await dispatch.reply(actor(), GetTimeline(incident_id="INC-1"))
    assert isinstance(timeline, Timeline)
    assert timeline.rows[0].what == "exported: markdown, html, json, stix, ocsf, timesketch"
    assert timeline.rows[0].text == f"manifest {digest}"
    line = _last(context)
    assert (line["action"], line["object"], line["after"]["manifest_sha256"]) == (
        "incidents.export",
        "incident:INC-1",
        digest,
    )


def _last(context: Context) -> dict[str, Any]:
    [segment] = sorted(context.store.path.parent.glob("audit/*.jsonl"))
    made: dict[str, Any] = json.loads(segment.read_text().splitlines()[-1])
    return made


async def test_an_auditor_takes_out_no_log_events(dispatch: Dispatch) -> None:
    """The role sees alerts with their excerpts, and so does the file."""
    files = await _export(dispatch, "json", role="auditor")
    case = read(files["INC-1.json"])
    assert {moment.kind for moment in case.timeline} == {"alert", "act"}
    assert (case.addresses, len(case.alerts)) == ([], 1)


async def test_only_those_who_may_export_do(dispatch: Dispatch) -> None:
    with pytest.raises(AccessRefused):
        await _export(dispatch, role="viewer")


async def test_rules_go_along_as_they_run(dispatch: Dispatch, context: Context, tmp_path: Path) -> None:
    """The indicator is the rule itself; where the file is not what runs it is left out, not passed off as it."""
    context.rules = Rulebook([write_rules(tmp_path / "rules")], load([tmp_path / "rules"]))
    row = alert(7, rule_id=RULE_ID, conversation_id="c1", ts=None, tags=["owasp.llm01"])
    with context.store.transaction():
        context.store.commit(batch([kept(7, message("xyzzy-plugh", "c1", ts=None))], alerts=[row], at=now()))
        context.desk.take([row["alert_id"]], now())
    [rule] = [one for one in read((await _export(dispatch, "json"))["INC-1.json"]).rules if one.rule_id == RULE_ID]
    assert rule.title == "Says the forbidden word"
    assert rule.source.startswith("title: Says the forbidden word")
    assert rule.playbook == ["Ask who says such a thing."]
    objects = json.loads((await _export(dispatch, "stix", command="x2"))["INC-1.stix.json"])["objects"]
    [indicator] = [one for one in objects if one["type"] == "indicator"]
    assert "xyzzy-plugh" in indicator["pattern"]
    context.rules.pending = frozenset({RULE_ID})
    made = read((await _export(dispatch, "json", command="x3"))["INC-1.json"])
    assert {one.source for one in made.rules} == {""}


async def test_pinned_records_go_along_only_when_asked_for_and_intact(
    dispatch: Dispatch, context: Context, tmp_path: Path
) -> None:
    """Never what somebody put in their place."""
    log = tmp_path / "a.jsonl"
    line = b'{"secret": "\x1b[31m \xff"}'
    log.write_bytes(b"\n" + line + b"\n")
    event = kept(9, message("hi", "c9", ts=None), path=str(log))
    record = replace(event.record, offset=1, length=len(line), sha256=sha256(line).digest())
    context.store.commit(batch([replace(event, record=record)], at=now()))
    await dispatch.reply(actor(), act("pin", event_id=named(9), note="the leak"))
    assert not [name for name in await _export(dispatch) if name.endswith(".raw")]
    files = await _export(dispatch, "evidence", command="x2")
    assert files["INC-1.pin-1.raw"] == line
    assert list(files) == ["INC-1.pin-1.raw", "manifest.sha256"]
    with pytest.raises(AccessRefused, match=r"events\.read"):
        await _export(dispatch, "evidence", role="auditor", command="x3")
    log.write_bytes(b"\n" + line.replace(b"31", b"32") + b"\n")
    with pytest.raises(SourceError, match="has changed"):
        await _export(dispatch, "evidence", command="x4")
    results = [row["result"] for row in context.journal.page()[0]]
    assert results[0] == "failed", "and that it was tried is on record"


async def test_what_is_too_much_for_one_answer_is_refused_and_changes_nothing(
    dispatch: Dispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incident_export, "MOST_BYTES", 1_000)
    with pytest.raises(ServiceError, match="fewer formats"):
        await _export(dispatch)
    with pytest.raises(ServiceError, match="pdf"):
        await _export(dispatch, "pdf", command="x2")
    timeline = await dispatch.reply(actor(), GetTimeline(incident_id="INC-1", kinds=["act"]))
    assert isinstance(timeline, Timeline)
    assert [row.what[:6] for row in timeline.rows] == ["opened"]


async def test_an_export_that_is_asked_for_again_is_on_record_once(dispatch: Dispatch, context: Context) -> None:
    await _export(dispatch, "ocsf")
    before = context.journal.last_seq
    assert "INC-1.ocsf.jsonl" in await _export(dispatch, "ocsf")
    assert context.journal.last_seq == before
