"""The audit trail: what was done, whether its record is whole, and proofs of it for people outside."""

import sys
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import typer
from msgspec import to_builtins

from llmsec_tui.cli import audit_key
from llmsec_tui.cli.as_data import as_data
from llmsec_tui.cli.asking import ask, command_id
from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.output import (
    FilterOption,
    Format,
    FormatOption,
    LimitOption,
    as_json,
    iso,
    json_line,
    record,
    write,
)
from llmsec_tui.cli.paging import ALL, pages
from llmsec_tui.errors import CollectorGone, ConfigError, ExitCode
from llmsec_tui.paths import Home
from llmsec_tui.service import api
from llmsec_tui.service.auditing.api import (
    AnchorNow,
    ExportAudit,
    GetAuditRecord,
    GetHead,
    ProveRecord,
    RetireSegments,
    Verification,
    VerifyJournal,
)

commands = typer.Typer(help="The audit trail.", no_args_is_help=True)

_CONNECT_S = 2.0
_PAGE = 2_000

Note = Annotated[str, typer.Option("--note", help="Why.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    audit_key.add_to(commands)
    app.add_typer(commands, name="audit")


@commands.command("log")
def log(
    context: typer.Context, filter_: FilterOption = "", limit: LimitOption = 100, chosen: FormatOption = None
) -> None:
    """What was done, by whom, and what was refused; newest first."""
    columns = ("seq", "at", "actor", "role", "action", "object", "result", "reason")
    found = pages(context.obj, lambda before, count: api.ListAudit(filter=filter_, before=before, limit=count), limit)
    write(map(as_data, found), columns, chosen)


@commands.command("show")
def show(context: typer.Context, seq: int, chosen: FormatOption = None) -> None:
    """One record with all that it holds."""
    detail = as_data(ask(context.obj, GetAuditRecord(seq=seq)))
    record(detail.pop("row") | detail, chosen)


@commands.command("verify")
def verify(
    context: typer.Context,
    key: Annotated[str, typer.Option("--key", metavar="VKEY", help="The verifier key that is trusted to seal.")] = "",
    anchor: Annotated[
        list[Path] | None, typer.Option("--anchor", metavar="FILE", help="What an anchor has kept; may be repeated.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--folder", metavar="DIR", help="Another journal than that of the state directory.")
    ] = None,
    chosen: FormatOption = None,
) -> None:
    """Derive the journal anew and compare it with its seals and anchors; exit 1 when something speaks against it.

    Without options a running collector is asked, which knows its key, anchors and index; else the files are read.
    """
    home: Home = context.obj
    if key or anchor or folder is not None or not _served(home):
        found = _verified(folder or home.journal, key, anchor or [])
    else:
        found = ask(home, VerifyJournal())
    if as_json(chosen):
        shown = to_builtins(found) | {"anchored_at": iso(found.anchored_at or None), "ok": found.ok}
        sys.stdout.write(json_line(shown) + "\n")
    else:
        record(_told(found), chosen)
    if not found.ok:
        raise typer.Exit(ExitCode.FINDINGS)


def _served(home: Home) -> bool:
    from llmsec_tui.service.sockets import connect

    try:
        connect(home.socket, _CONNECT_S).close()
    except CollectorGone:
        return False
    return True


def _verified(folder: Path, key: str, anchors: list[Path]) -> Verification:
    from llmsec_tui.audit.anchors import read_file
    from llmsec_tui.audit.note import Verifier
    from llmsec_tui.audit.verify import verify

    try:
        trusted = Verifier.parse(key) if key else None
    except ValueError as error:
        raise ConfigError(f"--key {key}: {error}.", hint="Show it with: llmsec-tui audit head") from error
    return verify(folder, key=trusted, anchors=[one for path in anchors for one in read_file(path)])


def _told(found: Verification) -> dict[str, Any]:
    """For a terminal: the verdicts in their order, then where what is proven ends."""
    anchored = f"{found.anchored_seq} at {iso(found.anchored_at)}" if found.anchored_seq else ""
    return {
        **{row.name: row.words for row in found.verdicts},
        "integrity": found.integrity,
        "completeness": found.completeness,
        "records": f"{found.records:,} in {found.seconds:.1f} s",
        "sealed": found.sealed_seq or "",
        "anchored": anchored,
        "head": found.head,
        "root": found.root,
        "key": found.key_id,
    }


@commands.command("head")
def head(
    context: typer.Context,
    since: Annotated[
        int,
        typer.Option("--since", metavar="SIZE", min=0, help="Prove that it goes on from SIZE records."),
    ] = 0,
    chosen: FormatOption = None,
) -> None:
    """What the journal is now, signed: keep it elsewhere, and nobody changes what was before unseen."""
    found = as_data(ask(context.obj, GetHead(since=since)))
    if as_json(chosen):
        record(found, Format.JSONL)
        return
    note = found.pop("note")
    record(found, Format.TABLE)
    if note:
        sys.stdout.write(f"\n{note}")


@commands.command("prove")
def prove(
    context: typer.Context,
    seq: Annotated[int | None, typer.Argument(metavar="SEQ", help="The number of the record.")] = None,
    script: Annotated[
        bool, typer.Option("--script", help="Write the script that checks proofs; it needs nothing else of ours.")
    ] = False,
) -> None:
    """A record and the proof that it is in the signed journal, as a line of JSON for somebody who has nothing else."""
    if script:
        sys.stdout.write(files("llmsec_tui.audit").joinpath("check_proof.py").read_text("utf-8"))
        return
    if seq is None:
        raise ConfigError("Which record?", hint="See: llmsec-tui audit log")
    proof = ask(context.obj, ProveRecord(command_id=command_id(), seq=seq))
    sys.stdout.write(json_line(to_builtins(proof)) + "\n")


@commands.command("export")
def export(context: typer.Context, filter_: FilterOption = "", limit: LimitOption = ALL) -> None:
    """Records with their proofs, oldest first, as lines of JSON; each time on record."""
    after, left = 0, limit
    while left > 0:
        asked = ExportAudit(command_id=command_id(), filter=filter_, after=after, limit=min(left, _PAGE))
        page = ask(context.obj, asked)
        for proof in page.proofs:
            sys.stdout.write(json_line(to_builtins(proof)) + "\n")
        left -= len(page.proofs)
        if not page.last_seq:
            return
        after = page.last_seq


@commands.command("anchor")
def anchor_now(context: typer.Context) -> None:
    """Tell every anchor at once what the journal is."""
    say(ask(context.obj, AnchorNow(command_id=command_id())).message)


@commands.command("retire")
def retire(
    context: typer.Context,
    before: Annotated[int, typer.Argument(metavar="SEQ", min=1, help="The first record that is to stay.")],
    note: Note,
) -> None:
    """Remove the oldest files of the journal, as far as they hold only records before SEQ; signed, and on record."""
    say(ask(context.obj, RetireSegments(command_id=command_id(), before=before, note=note)).message)
