"""Questions about the journal: is it whole, what is it now, and proofs of its records for people outside."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from msgspec import Struct, convert
from msgspec.structs import replace

from llmsec_tui.audit import anchors
from llmsec_tui.audit.anchors import Anchored
from llmsec_tui.audit.checkpoints import origin
from llmsec_tui.audit.note import Verifier
from llmsec_tui.audit.proving import Proofs, SealedTree
from llmsec_tui.audit.record import LINES, row_of
from llmsec_tui.audit.verdicts import Code, Verification, verdict, worst_first
from llmsec_tui.audit.verify import verify
from llmsec_tui.errors import NotFound, SourceError
from llmsec_tui.service.auditing.anchoring import Standing
from llmsec_tui.service.auditing.api import (
    AnchorRow,
    AuditDetail,
    ExportAudit,
    Exported,
    GetAuditRecord,
    GetHead,
    Head,
    Proof,
    ProveRecord,
    VerifyJournal,
)
from llmsec_tui.service.context import Context
from llmsec_tui.service.rows import AuditPage, AuditRow
from llmsec_tui.store.queries import Reader

MOST_PROOFS = 5_000
"""In one reply."""


def audit_page(
    context: Context, reader: Reader, typed: str, before: int | None, after: int | None, limit: int
) -> AuditPage:
    """A page of the journal, newest first; straight from its files where nothing is sought."""
    if typed.strip():
        context.auditing.index.catch_up()
        rows, total = reader.audit(typed, before, after, limit)
    else:
        rows, total = context.journal.page(before, after, limit)
    return convert({"rows": rows, "total": total}, AuditPage)


def verify_journal(context: Context) -> Verification:
    """With the key that this collector signs with, and all anchors that can be read back."""
    journal = context.journal
    journal.seal()
    key = Verifier.parse(journal.vkey) if journal.vkey else None
    found = verify(journal.folder, key=key, anchors=_readable(context))
    if not (why := context.auditing.index.compare()):
        return replace(found, index_ok=True)
    row = verdict(Code.INDEX_MISMATCH, f"{why} The index was made anew from the journal, which is right.")
    return replace(found, index_ok=False, verdicts=worst_first([*found.verdicts, row]))


def _verify(context: Context, _: Reader, __: VerifyJournal) -> Verification:
    return verify_journal(context)


def _readable(context: Context) -> list[Anchored]:
    """What the anchors have that are files which this process can read; those that are not there vouch for nothing."""
    seen: list[Anchored] = []
    for anchor in context.auditing.anchors.now.anchors:
        if anchor.kind == "file":
            try:
                seen += anchors.read_file(Path(anchor.target))
            except SourceError:
                continue
    name = origin(context.journal.log_id)
    return [one for one in seen if one.origin == name]


def _head(context: Context, _: Reader, ask: GetHead) -> Head:
    journal = context.journal
    if journal.sealed_seq < journal.last_seq:
        journal.seal()
    tree = SealedTree(journal.folder) if ask.since else None
    head = journal.head
    return Head(
        seq=head.seq,
        head=head.head,
        root=head.root,
        size=tree.size if tree else head.sealed_seq,
        note=tree.note if tree else head.note,
        vkey=head.vkey,
        log_id=head.log_id,
        signing=journal.signing,
        anchors=[_anchor_row(one) for one in context.auditing.anchoring.standings()],
        consistency=tree.consistency(ask.since) if tree else [],
    )


def _anchor_row(one: Standing) -> AnchorRow:
    return AnchorRow(name=one.anchor.name, kind=one.anchor.kind, seq=one.seq, at=one.at, problem=one.problem)


def _record(context: Context, _: Reader, ask: GetAuditRecord) -> AuditDetail:
    lines = context.journal.lines(ask.seq, ask.seq)
    if not lines:
        first, last = context.journal.first_seq, context.journal.last_seq
        raise NotFound(f"There is no record {ask.seq}.", hint=f"The journal has records {first} to {last}.")
    line = LINES.decode(lines[0])
    return AuditDetail(
        row=convert(row_of(line), AuditRow),
        before=json.dumps(line.before, ensure_ascii=False),
        after=json.dumps(line.after, ensure_ascii=False),
        loginuid=line.actor.loginuid,
        pid=line.actor.pid,
        ssh_client=line.actor.ssh_client,
        command_id=line.command_id,
        boot_id=line.boot_id,
        mono=line.mono,
        prev=line.prev,
        version=line.v,
        record=lines[0].decode().rstrip("\n"),
    )


def _prove(context: Context, _: Reader, ask: ProveRecord) -> Proof:
    if context.journal.sealed_seq < ask.seq:
        context.journal.seal()
    return _proofs(SealedTree(context.journal.folder, [ask.seq]).proofs())[0]


def _export(context: Context, reader: Reader, ask: ExportAudit) -> Exported:
    limit = min(max(ask.limit, 1), MOST_PROOFS)
    # One that was recorded after this is for the next page: all of a page are proven by one checkpoint.
    context.journal.seal()
    last = context.journal.sealed_seq
    rows = audit_page(context, reader, ask.filter, None, max(ask.after, 0), limit).rows
    seqs = [row.seq for row in reversed(rows) if row.seq <= last]
    if not seqs:
        return Exported(proofs=[], last_seq=0)
    proofs = _proofs(SealedTree(context.journal.folder, seqs).proofs())
    return Exported(proofs=proofs, last_seq=seqs[-1] if len(rows) == limit else 0)


def _proofs(found: Proofs) -> list[Proof]:
    return [
        Proof(**asdict(one), leaf_index=one.seq - 1, size=found.size, note=found.note, vkey=found.vkey)
        for one in found.records
    ]


HANDLERS: dict[type, Callable[[Context, Reader, Any], Struct]] = {
    VerifyJournal: _verify,
    GetHead: _head,
    GetAuditRecord: _record,
    ProveRecord: _prove,
    ExportAudit: _export,
}
