"""Scan files offline, of any size, and in a way that can be done again."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.output import Format, FormatOption, iso, write
from llmsec_tui.cli.progress import shown
from llmsec_tui.errors import ConfigError, ExitCode

if TYPE_CHECKING:
    from llmsec_tui.detect.rule import RuleSet
    from llmsec_tui.formats.registry import Registry
    from llmsec_tui.service.scan import Scan
    from llmsec_tui.service.scanning.crew import Crew
    from llmsec_tui.service.scanning.manifest import Manifest

Paths = Annotated[list[str], typer.Argument(metavar="PATH…", help="Files, directories or globs.")]
CANCELLED = 130
"""Exit code after Ctrl-C, as shells have it."""


def scan(
    context: typer.Context,
    paths: Paths,
    rules: Annotated[list[Path] | None, typer.Option("--rules", metavar="DIR", help="Instead of the shipped.")] = None,
    min_level: Annotated[str, typer.Option("--min-level", metavar="LEVEL", help="Leave out lower ones.")] = (
        "informational"
    ),
    output: Annotated[Path | None, typer.Option("--output", metavar="FILE", help="Write alerts here.")] = None,
    summary: Annotated[Path | None, typer.Option("--summary", metavar="FILE", help="Write the summary as JSON.")] = (
        None
    ),
    store: Annotated[
        Path | None, typer.Option("--store", metavar="FILE", help="Keep events in a new store; one process.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", metavar="N", min=1, help="Processes; as many as cores by default.")
    ] = None,
    manifest: Annotated[
        Path | None, typer.Option("--manifest", metavar="FILE", help="Note what is done, to go on after a stop.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with --manifest; --output and --summary are written anew.")
    ] = False,
    executor: Annotated[
        str | None, typer.Option("--executor", metavar="URL", help="A Dask scheduler (tcp://…) that does the work.")
    ] = None,
    chosen: FormatOption = None,
) -> None:
    """Scan files without a collector and without touching them; one alert a line, of rules over time at the end."""
    from llmsec_tui.detect.ruleset import load
    from llmsec_tui.events.schema import LEVELS
    from llmsec_tui.formats.own import load as load_own
    from llmsec_tui.formats.registry import Registry
    from llmsec_tui.paths import shipped
    from llmsec_tui.service.collection import collect_rarely
    from llmsec_tui.service.scan import Scan
    from llmsec_tui.store.store import Store

    if min_level not in LEVELS:
        raise typer.BadParameter(f"{min_level!r} is not one of {', '.join(LEVELS)}.", param_hint="--min-level")
    _refuse(output, summary, store, manifest, resume=resume, jobs=jobs, executor=executor)
    collect_rarely()
    places = [*(rules or [shipped("rules")]), context.obj.canaries]
    ruleset = load(places)
    formats: Path = context.obj.formats
    registry = Registry(load_own(formats))
    run: Scan | None = None
    try:
        with ExitStack() as stack:
            kept = stack.enter_context(closing(Store.open(store))) if store is not None else None
            noted = stack.enter_context(closing(_manifest(manifest, ruleset, formats, resume))) if manifest else None
            crew = (
                stack.enter_context(_crew(jobs, executor, paths, places, formats, ruleset, registry))
                if store is None
                else None
            )
            watcher = stack.enter_context(shown())
            run = Scan(
                paths,
                ruleset,
                min_level=min_level,
                store=kept,
                registry=registry,
                crew=crew,
                manifest=noted,
                watcher=watcher,
            )
            found = _write(run, output, chosen, anew=resume)
    except KeyboardInterrupt:
        if run is not None:
            _say_partial(run, manifest)
            _report(run, summary, anew=resume)
        raise typer.Exit(CANCELLED) from None
    _report(run, summary, anew=resume)
    raise typer.Exit(ExitCode.FINDINGS if found else ExitCode.FINE)


def _refuse(
    output: Path | None,
    summary: Path | None,
    store: Path | None,
    manifest: Path | None,
    *,
    resume: bool,
    jobs: int | None,
    executor: str | None,
) -> None:
    """Refuse what would overwrite something, or makes no sense together."""
    for target in (store, *(() if resume else (output, summary))):
        if target is not None and target.exists():
            raise ConfigError(f"{target} exists and is not overwritten.", hint="Move it away or name another file.")
    if resume and manifest is None:
        raise ConfigError("--resume needs the --manifest of the scan to go on with.", hint="Give --manifest FILE.")
    if store is not None and (manifest is not None or executor is not None or (jobs or 1) > 1):
        raise ConfigError(
            "A store is filled by one process, in one go.", hint="Leave out --manifest, --executor and --jobs."
        )
    if executor is not None and manifest is None:
        raise ConfigError(
            "The workers of a cluster hand over what they find through files.",
            hint="Give --manifest FILE in a folder that all of them see under the same path.",
        )


def _manifest(path: Path, ruleset: "RuleSet", formats: Path, resume: bool) -> "Manifest":
    from llmsec_tui.service.scanning.manifest import Manifest, digest_of_folder

    return Manifest(path.absolute(), ruleset.version, digest_of_folder(formats), resume=resume)


def _crew(
    jobs: int | None,
    executor: str | None,
    paths: list[str],
    rules: list[Path],
    formats: Path,
    ruleset: "RuleSet",
    registry: "Registry",
) -> "AbstractContextManager[Crew]":
    from llmsec_tui.service.scanning.crew import beside, cluster, in_place, worth

    if executor is not None:
        return cluster(executor, rules, formats)
    processes = min(jobs or len(os.sched_getaffinity(0)), worth(paths))
    return beside(processes, ruleset, registry) if processes > 1 else nullcontext(in_place())


def _write(run: "Scan", output: Path | None, chosen: Format | None, *, anew: bool) -> int:
    columns = ("level", "ts", "title", "source_path", "source_offset", "excerpt")
    if output is None:
        return write(alert_rows(run), columns, chosen)
    with output.open("w" if anew else "x", encoding="utf-8") as stream:
        return write(alert_rows(run), columns, chosen or Format.JSONL, stream)


def alert_rows(run: "Scan") -> Iterator[dict[str, Any]]:
    """Alerts of a scan under the names that scripts know."""
    for frame in run.alerts():
        for row in frame.iter_rows(named=True):
            by, text = row.pop("decoded_by"), row.pop("decoded_text")
            for name in ("ts", "began"):
                when = row[name]
                row[name] = None if when is None else iso(round(_micros(when)))
            group = row["group_key"]
            row["group_key"] = None if group is None else json.loads(group)
            row["record_sha256"] = row["record_sha256"].hex()
            row["decoded"] = None if by is None else {"by": by, "text": text}
            yield row


def _micros(when: Any) -> float:
    from datetime import UTC

    return float(when.replace(tzinfo=UTC).timestamp() * 1_000_000)


def _say_partial(run: "Scan", manifest: Path | None) -> None:
    sys.stdout.flush()
    again = " It has to begin anew: only a scan with --manifest FILE can be gone on with."
    if manifest is not None:
        again = f" Go on with it: the same command, with --manifest {manifest} --resume."
    say(
        f"Cancelled: this is partial. {run.summary.files:,} of {len(run.summary.input_sha256):,} files were read to "
        f"their end, and rules over time did not run to theirs.{again}"
    )


def _report(run: "Scan", path: Path | None, *, anew: bool) -> None:
    summary = run.summary
    for problem in summary.problems:
        say(problem)
    levels = ", ".join(f"{count} {level}" for level, count in summary.alerts.most_common()) or "none"
    say(
        f"{summary.files} files, {summary.records:,} records, {summary.events:,} events "
        f"({summary.seen:,} with content, {summary.hidden.total():,} not evaluable), "
        f"{summary.dead_letters:,} dead letters, {summary.seconds:.1f} s. Alerts: {levels}."
    )
    if summary.unknown_types:
        named = ", ".join(f"{name} × {count}" for name, count in summary.unknown_types.most_common(8))
        say(f"Unknown record types: {named}.")
    if path is not None:
        _save(path, summary.as_dict(), anew)


def _save(path: Path, data: dict[str, object], anew: bool) -> None:
    stream: IO[str]
    with path.open("w" if anew else "x", encoding="utf-8") as stream:
        json.dump(data, stream, indent=2)
        stream.write("\n")
