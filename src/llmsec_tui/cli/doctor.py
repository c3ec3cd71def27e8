"""Look at this machine as the product will meet it, and say how to mend what is wrong."""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import Literal

import typer

from llmsec_tui.cli.finding import Finding
from llmsec_tui.cli.finding_roles import roles
from llmsec_tui.cli.finding_secrets import anchors, keyrings, signing_key
from llmsec_tui.cli.output import FormatOption, write
from llmsec_tui.errors import CollectorGone, ExitCode, LlmsecError
from llmsec_tui.paths import Home, shipped

_MOST_NAMED = 10


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("doctor")(doctor)


def doctor(context: typer.Context, chosen: FormatOption = None) -> None:
    """Check terminal, permissions, store, rules, roles, keyring, key, anchors and clock; exit 1 if any is wrong."""
    home: Home = context.obj
    checks = (_terminal, _state, _store, _rules, roles, keyrings, signing_key, anchors, _clock)
    findings = [finding for check in checks for finding in check(home)]
    write([asdict(finding) for finding in findings], ("verdict", "check", "what", "mend"), chosen)
    if any(finding.verdict == "wrong" for finding in findings):
        raise typer.Exit(ExitCode.FINDINGS)


def _terminal(_: Home) -> Iterator[Finding]:
    term = os.environ.get("TERM", "")
    if not sys.stdout.isatty():
        yield Finding("terminal", "note", "The output is no terminal; the console needs one.", "Use the commands.")
    elif term in ("", "dumb"):
        yield Finding("terminal", "wrong", f"TERM is {term!r}; the console cannot draw.", "Set TERM, e.g. xterm.")
    else:
        size = shutil.get_terminal_size()
        small = size.columns < 60 or size.lines < 16
        mend = "Make it at least 60x16; 80x24 shows everything." if small else ""
        yield Finding("terminal", "wrong" if small else "ok", f"{term}, {size.columns}x{size.lines}.", mend)
    if "utf" not in (sys.stdout.encoding or "").lower():
        yield Finding("terminal", "wrong", f"The encoding is {sys.stdout.encoding}.", "Set LANG to a UTF-8 locale.")


def _state(home: Home) -> Iterator[Finding]:
    if not home.root.exists():
        yield Finding("state", "note", f"{home.root} is not there yet.", "watch and collect make it.")
        return
    mode = home.root.stat().st_mode & 0o777
    if mode & 0o077:
        yield Finding("state", "wrong", f"{home.root} is open to others ({mode:o}).", f"chmod 700 {home.root}")
    elif not os.access(home.root, os.W_OK):
        yield Finding("state", "wrong", f"{home.root} cannot be written.", "Choose another with --home.")
    else:
        free = shutil.disk_usage(home.root).free
        verdict: Literal["ok", "wrong"] = "ok" if free > 1 << 30 else "wrong"
        mend = "" if verdict == "ok" else "Free some disk: below 1 GB the collector may have to wait."
        yield Finding("state", verdict, f"{home.root}, mode {mode:o}, {free >> 30} GB free.", mend)


def _store(home: Home) -> Iterator[Finding]:
    if not home.store.exists():
        yield Finding("store", "note", "There is no store yet.", "watch and collect make it.")
        return
    from llmsec_tui.service.api import GetStatus
    from llmsec_tui.service.client import ask_once

    try:
        status = ask_once(home.socket, GetStatus())
    except CollectorGone:
        yield Finding("store", "ok", f"{home.store}; no collector is running.")
        yield from _incidents(home)
    except LlmsecError as error:
        yield Finding("store", "wrong", error.message, error.hint)
    else:
        verdict: Literal["ok", "wrong"] = "wrong" if status.problem else "ok"
        yield Finding("store", verdict, f"Collector {status.pid}: {status.problem or 'well'}.", str(home.log))


def _incidents(home: Home) -> Iterator[Finding]:
    from llmsec_tui.service.desk.check import differing_incidents

    try:
        differing = differing_incidents(home.store)
    except LlmsecError as error:
        yield Finding("incidents", "note", error.message, error.hint)
        return
    if differing:
        names = ", ".join(differing[:_MOST_NAMED]) + (" …" if len(differing) > _MOST_NAMED else "")
        what = f"{len(differing)} incidents are not what happened to them: {names}."
        yield Finding("incidents", "wrong", what, "Something else wrote into the store; restore it from a copy.")
    else:
        yield Finding("incidents", "ok", "Every incident is what its events add up to.")


def _rules(_: Home) -> Iterator[Finding]:
    from llmsec_tui.detect.gate import lint

    issues = lint([shipped("rules")])
    if issues:
        yield Finding("rules", "wrong", f"{len(issues)} problems in the shipped rules.", "llmsec-tui rules lint")
    else:
        yield Finding("rules", "ok", "The shipped rules are well formed.")


def _clock(_: Home) -> Iterator[Finding]:
    build = shipped("rules").stat().st_mtime
    if time.time() < build - 86_400:
        yield Finding("clock", "wrong", "The clock is behind the installed files by more than a day.", "Set the clock.")
    else:
        yield Finding("clock", "ok", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
