"""What people may ask about the journal, and do to it, through the one way in; all of it on record."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.audit.acts import Key, act
from tests.service.parts import actor

from llmsec_tui.audit.note import Verifier, parse
from llmsec_tui.audit.tree import leaf_hash, root_of_path
from llmsec_tui.errors import AccessRefused, NotFound, ServiceError, StoreError
from llmsec_tui.paths import Home
from llmsec_tui.service.api import ListAudit
from llmsec_tui.service.auditing.api import (
    AnchorNow,
    ExportAudit,
    GetAuditRecord,
    GetHead,
    Proof,
    ProveRecord,
    RetireSegments,
    VerifyJournal,
)
from llmsec_tui.service.context import Context
from llmsec_tui.service.dispatch import Dispatch


@pytest.fixture
async def dispatch(context: Context) -> AsyncIterator[Dispatch]:
    """With a journal of eleven sealed records."""
    context.journal.use(Key())
    for number in range(1, 11):
        context.journal.append(act(number))
    made = Dispatch(context)
    yield made
    made.close()


async def asked(dispatch: Dispatch, ask: Any, role: str = "auditor") -> Any:
    return await dispatch.reply(actor(role), ask)


def newest(context: Context) -> dict[str, Any]:
    """The newest record."""
    found: dict[str, Any] = json.loads(context.journal.lines(context.journal.last_seq, context.journal.last_seq)[0])
    return found


async def test_the_journal_is_verified_up_to_the_very_last_record(dispatch: Dispatch, context: Context) -> None:
    """It is sealed for that, with the collector's own key, and its index is compared too."""
    await asked(dispatch, ListAudit(filter="ada"))
    found = await asked(dispatch, VerifyJournal())
    assert [row.name for row in found.verdicts] == ["VERIFIED"]
    assert (found.sealed_seq, found.index_ok, found.integrity) == (context.journal.last_seq, True, "whole")
    assert found.key_id == Verifier.parse(context.journal.vkey).key_id


async def test_an_index_that_disagrees_is_one_of_the_verdicts(dispatch: Dispatch, context: Context) -> None:
    """The journal itself is whole, the words say what was wrong, and it is mended."""
    await asked(dispatch, ListAudit(filter="ada"))
    rows = context.store.audit_rows(0, 99)
    context.store.clear_audit_rows()
    context.store.add_audit_rows([row | {"actor": "eve"} for row in rows])
    found = await asked(dispatch, VerifyJournal())
    assert [row.name for row in found.verdicts] == ["INDEX MISMATCH", "VERIFIED"]
    assert (found.index_ok, found.integrity) == (False, "whole")
    assert (await asked(dispatch, ListAudit(filter="actor:eve"))).total == 0


async def test_a_tampered_journal_is_found_while_it_is_written(dispatch: Dispatch, context: Context) -> None:
    """Whoever changed the file, and whatever runs meanwhile."""
    file = context.journal.folder / "000001.jsonl"
    file.write_bytes(file.read_bytes().replace(b"alert:0003", b"alert:0009"))
    found = await asked(dispatch, VerifyJournal())
    assert found.verdicts[0].name == "BROKEN"
    assert found.verified_seq == 3


async def test_a_filter_is_answered_by_the_index(dispatch: Dispatch, context: Context) -> None:
    """What was recorded a moment ago is in it."""
    context.journal.append(act(77))
    page = await asked(dispatch, ListAudit(filter="object:alert:0077 session:s-1"))
    assert [(row.seq, row.os_user, row.tty) for row in page.rows] == [(context.journal.last_seq, "alovelace", "pts/1")]
    assert (await asked(dispatch, ListAudit(limit=3))).total == context.journal.last_seq


async def test_one_record_is_shown_with_all_that_it_holds(dispatch: Dispatch) -> None:
    """The facts before and after, and what the client claims."""
    detail = await asked(dispatch, GetAuditRecord(seq=2))
    assert (detail.row.seq, detail.row.actor, detail.ssh_client) == (2, "ada", "192.0.2.7 50022 22")
    assert (json.loads(detail.before), json.loads(detail.after)["state"]) == ({"state": "new"}, "dismissed")
    assert json.loads(detail.record)["hash"] == detail.row.hash
    for seq in (0, 999):
        with pytest.raises(NotFound, match=f"no record {seq}"):
            await asked(dispatch, GetAuditRecord(seq=seq))


async def test_the_head_is_signed_and_goes_on_from_an_old_one(dispatch: Dispatch, context: Context) -> None:
    """What is new is sealed first."""
    old = await asked(dispatch, GetHead())
    assert (old.size, old.seq, old.signing, old.anchors) == (11, 11, "", [])
    assert Verifier.parse(old.vkey).signed(parse(old.note.encode()))
    context.journal.append(act(12))
    new = await asked(dispatch, GetHead(since=old.size))
    assert new.size == 12
    assert new.consistency
    with pytest.raises(NotFound, match="cannot be proven"):
        await asked(dispatch, GetHead(since=13))


def holds(proof: Proof) -> bool:
    """Whether the path leads from the record to the signed root."""
    path = [bytes.fromhex(node) for node in proof.path]
    root = root_of_path(leaf_hash(bytes.fromhex(proof.hash)), proof.leaf_index, proof.size, path)
    note = parse(proof.note.encode())
    return Verifier.parse(proof.vkey).signed(note) and note.text.splitlines()[1] == str(proof.size) and bool(root)


async def test_a_proof_leaves_the_house_on_record(dispatch: Dispatch, context: Context) -> None:
    """Sent again, the command is answered again and on record once."""
    command = ProveRecord(command_id=uuid4().hex, seq=5)
    proof = await asked(dispatch, command)
    assert holds(proof)
    assert json.loads(proof.record)["object"] == "alert:0004"
    record = newest(context)
    assert (record["action"], record["object"], record["result"]) == ("audit.prove", "record:5", "done")
    assert record["after"]["sha256"]
    await asked(dispatch, command)
    assert newest(context)["seq"] == record["seq"]


async def test_a_proof_that_cannot_be_given_is_on_record_too(dispatch: Dispatch, context: Context) -> None:
    """As a failure."""
    with pytest.raises(NotFound, match="cannot be proven"):
        await asked(dispatch, ProveRecord(command_id=uuid4().hex, seq=999))
    assert (newest(context)["action"], newest(context)["result"]) == ("audit.prove", "failed")


async def test_an_export_pages_through_what_fits(dispatch: Dispatch, context: Context) -> None:
    """Oldest first; each page on record, the filter by its hash only."""
    seqs: list[int] = []
    after = 0
    while True:
        command = ExportAudit(command_id=uuid4().hex, filter="action:alerts.dismiss", after=after, limit=4)
        page = await asked(dispatch, command)
        assert all(holds(proof) for proof in page.proofs)
        assert len({proof.note for proof in page.proofs}) == 1
        seqs += [proof.seq for proof in page.proofs]
        record = newest(context)
        assert (record["action"], record["after"]["records"]) == ("audit.export", len(page.proofs))
        assert len(record["after"]["filter_sha256"]) == 64
        if not page.last_seq:
            break
        after = page.last_seq
    assert seqs == list(range(2, 12))


async def test_nothing_is_exported_of_a_journal_that_nobody_signs(context: Context) -> None:
    """It says what to do."""
    context.journal.append(act(1))
    dispatch = Dispatch(context)
    with pytest.raises((StoreError, NotFound)):
        await asked(dispatch, ProveRecord(command_id=uuid4().hex, seq=1))
    dispatch.close()


async def test_old_files_are_retired_by_those_who_may_with_a_reason(
    dispatch: Dispatch, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The auditor may not; afterwards the index begins where the journal does."""
    monkeypatch.setattr("llmsec_tui.audit.appending.SEGMENT_BYTES", 2_000)
    for number in range(20, 30):
        context.journal.append(act(number))
    with pytest.raises(AccessRefused):
        await asked(dispatch, RetireSegments(command_id=uuid4().hex, before=15, note="old"))
    with pytest.raises(ServiceError, match="takes a reason"):
        await asked(dispatch, RetireSegments(command_id=uuid4().hex, before=15, note=" "), "owner")
    done = await asked(dispatch, RetireSegments(command_id=uuid4().hex, before=15, note="older than a year"), "owner")
    assert f"the journal begins at record {context.journal.first_seq}" in done.message
    assert context.journal.first_seq > 1
    found = await asked(dispatch, VerifyJournal())
    assert {row.name for row in found.verdicts} == {"VERIFIED", "RETIRED"}
    page = await asked(dispatch, ListAudit(filter="ada", limit=500))
    assert page.rows[-1].seq >= context.journal.first_seq


async def test_without_anchors_there_is_nothing_to_anchor_with(dispatch: Dispatch, context: Context) -> None:
    """And that is on record."""
    with pytest.raises(ServiceError, match="no anchors"):
        await asked(dispatch, AnchorNow(command_id=uuid4().hex))
    assert (newest(context)["action"], newest(context)["result"]) == ("audit.anchor", "failed")


async def test_an_anchored_journal_is_verified_against_its_anchor(context: Context, home: Home, tmp_path: Path) -> None:
    """A file that was anchored into is read back."""
    from dataclasses import replace

    from llmsec_tui.service.auditing.anchoring import Anchoring
    from llmsec_tui.service.auditing.anchors_in_force import AnchorsInForce

    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "anchors.jsonl").touch()
    home.anchors.write_text(f"anchors:\n  - name: beside\n    kind: file\n    path: {outside / 'anchors.jsonl'}\n")
    anchors = AnchorsInForce(home.anchors, context.journal)
    anchoring = Anchoring(context.journal, lambda: anchors.now)
    context.auditing = replace(context.auditing, anchors=anchors, anchoring=anchoring)
    context.journal.use(Key())
    context.journal.append(act(1))
    dispatch = Dispatch(context)
    done = await asked(dispatch, AnchorNow(command_id=uuid4().hex))
    assert "anchored by beside" in done.message
    found = await asked(dispatch, VerifyJournal())
    assert (found.completeness, found.anchored_seq > 0) == ("anchored", True)
    head = await asked(dispatch, GetHead())
    assert [(one.name, one.kind, one.seq) for one in head.anchors] == [("beside", "file", found.anchored_seq)]
    dispatch.close()
