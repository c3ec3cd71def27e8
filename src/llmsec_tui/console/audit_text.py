"""The audit journal to read: one record, and what its verification found."""

import json
from collections.abc import Iterator
from datetime import timedelta

from llmsec_tui.console import figures
from llmsec_tui.console.draft import Draft
from llmsec_tui.console.pager import Text
from llmsec_tui.console.safe_text import Span, span
from llmsec_tui.service.api import Status
from llmsec_tui.service.auditing.api import AnchorRow, AuditDetail, Head, Verification

_RESULTS = {"done": "good", "refused": "warn", "failed": "bad"}
_INTEGRITY = {
    "whole": ("every record is as it was sealed", "good"),
    "unsealed": ("chained, but no key vouches for all of it", "warn"),
    "broken": ("a record is not as it was written", "bad"),
    "empty": ("there is no record", "quiet"),
}
_COMPLETENESS = {
    "anchored": ("somebody outside has seen it", "good"),
    "unanchored": ("the files alone cannot tell whether the end is missing", "warn"),
    "truncated": ("records are missing that were there", "bad"),
}


def record(detail: AuditDetail, status: Status | None, width: int) -> Text:
    """One record with all that it holds."""
    draft = Draft(width)
    row = detail.row
    draft.line(
        span(f" {row.seq}", "strong"),
        span(f"  {row.action}", "accent"),
        span(f"  {row.result}", _RESULTS.get(row.result, "quiet")),
        span(f"  {row.object}"),
    )
    draft.line(span(f" {figures.moment(row.at)} by the host's clock", "quiet"))
    draft.section("Who")
    draft.field("user", row.actor)
    draft.field("role", row.role or "none")
    draft.field("uid", f"{row.uid}" + ("" if detail.loginuid is None else f", logged in as {detail.loginuid}"))
    draft.field("process", f"{detail.pid}" + (f" on {row.tty}" if row.tty else ""))
    if row.session:
        draft.field("login", row.session)
    if detail.ssh_client:
        draft.field("came from", f"{detail.ssh_client}, by its own claim")
    if row.reason:
        draft.section("Why")
        draft.text(row.reason)
    for title, facts in (("Before", detail.before), ("After", detail.after)):
        _facts(draft, title, facts)
    draft.section("Proof")
    draft.field("hash", row.hash, "quiet")
    draft.field("after hash", detail.prev, "quiet")
    if status is not None:
        draft.field("signed", *_covered(row.seq, status.sealed_seq, status.signing or "a checkpoint comes soon"))
        draft.field("anchored", *_covered(row.seq, status.anchor_seq, status.anchor or "nowhere"))
    draft.section("Record", f"version {detail.version}")
    draft.text(detail.record, "quiet")
    return draft.done()


def _covered(seq: int, up_to: int, otherwise: str) -> tuple[str, str]:
    return (f"yes, up to record {figures.count(up_to)}", "good") if seq <= up_to else (f"no: {otherwise}", "warn")


def _facts(draft: Draft, title: str, facts: str) -> None:
    found = json.loads(facts)
    if found:
        draft.section(title)
        for name, value in found.items():
            draft.field(name, "–" if value is None else str(value))


def verification(found: Verification, head: Head | None, width: int) -> Text:
    """What is proven, up to where, and what is not."""
    draft = Draft(width)
    draft.line(
        span(
            " The journal holds" if found.ok else " THE JOURNAL DOES NOT HOLD",
            "good.strong" if found.ok else "bad.strong",
        )
    )
    draft.line(
        span(
            f" {figures.count(found.records)} records in {found.seconds:.2f} s, journal {found.log_id[:16]}",
            "quiet",
        )
    )
    draft.section("Findings")
    for row in found.verdicts:
        draft.hanging(
            span("✓" if row.ok else "✗", "good" if row.ok else "bad"), [span(f"{row.name} ({row.code})", "strong")], 3
        )
        draft.text(row.words, indent=(Span("     "),))
    draft.section("Integrity", found.integrity)
    draft.text(*_INTEGRITY.get(found.integrity, (found.integrity, "quiet")))
    draft.field("as written", f"up to record {figures.count(found.verified_seq)}")
    draft.field("signed", f"up to record {figures.count(found.sealed_seq)}" if found.sealed_seq else "nothing")
    draft.section("Completeness", found.completeness)
    draft.text(*_COMPLETENESS.get(found.completeness, (found.completeness, "quiet")))
    draft.field(
        "anchored",
        f"up to record {figures.count(found.anchored_seq)}, {figures.moment(found.anchored_at)}"
        if found.anchored_seq
        else "nothing",
    )
    for anchor in head.anchors if head is not None else ():
        _anchor(draft, anchor)
    draft.section("Keep this elsewhere", "and no record up to it can be changed unseen")
    draft.field("record", figures.count(found.verified_seq))
    draft.field("head", _grouped(found.head))
    draft.field("root", _grouped(found.root), "quiet")
    if head is not None and head.vkey:
        draft.field("key", head.vkey, "quiet")
    elif head is not None and head.signing:
        draft.text(head.signing, "warn")
    return draft.done()


def _anchor(draft: Draft, row: AnchorRow) -> None:
    seen = f"record {figures.count(row.seq)}, {figures.moment(row.at)}" if row.seq else "nothing yet"
    draft.field(
        row.name, f"{row.kind}: {seen}" + (f"; {row.problem}" if row.problem else ""), "warn" if row.problem else ""
    )


def _grouped(digest: str) -> str:
    """In groups of four, to be read over a telephone."""
    return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))


def standing(status: Status) -> Iterator[Span]:
    """How far the journal is signed and anchored, for the line above the keys."""
    if status.signing:
        yield span(" · unsigned", "warn")
    if status.anchor_seq:
        age = timedelta(microseconds=max(status.now - status.anchor_at, 0)).total_seconds()
        yield span(f" · anchored {figures.count(status.anchor_seq)}, {figures.duration(age)} ago", "quiet")
    elif status.audit_seq:
        yield span(" · no anchor", "quiet" if status.signing else "warn")
