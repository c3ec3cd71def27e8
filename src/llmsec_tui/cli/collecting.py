"""Follow logs: watch, console, collect, demo."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from llmsec_tui.cli.piping import STDIN, piped_stdin
from llmsec_tui.errors import ConfigError
from llmsec_tui.paths import Home

Paths = Annotated[
    list[str], typer.Argument(metavar="PATH…", help="Files, directories, globs, named pipes; - is standard input.")
]
MaybePaths = Annotated[list[str] | None, typer.Argument(metavar="PATH…", help="As for watch.")]
FromStart = Annotated[bool, typer.Option("--from-start", help="Read what is already in the files too.")]
SlowLink = Annotated[bool, typer.Option("--slow-link", help="Fewer colours, frames and bytes.")]
NoMouse = Annotated[bool, typer.Option("--no-mouse", help="Leave the mouse to the terminal, for selecting text.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("watch")(watch)
    app.command("console")(console)
    app.command("collect")(collect)
    app.command("demo")(demo)


def watch(
    context: typer.Context,
    paths: Paths,
    from_start: FromStart = False,
    slow_link: SlowLink = False,
    no_mouse: NoMouse = False,
) -> None:
    """Follow logs and open the console on them."""
    from llmsec_tui.console.app import run

    home: Home = context.obj
    home.create()
    with piped_stdin(home, paths) as paths:
        raise typer.Exit(run(home, absolute(paths), from_start=from_start, slow_link=slow_link, mouse=not no_mouse))


def console(context: typer.Context, slow_link: SlowLink = False, no_mouse: NoMouse = False) -> None:
    """Open the console on a running or stored collector."""
    from llmsec_tui.console.app import run

    home: Home = context.obj
    if not home.in_use:
        raise ConfigError(f"There is no store in {home.root} yet.", hint="Start one with: llmsec-tui watch PATH")
    raise typer.Exit(run(home, [], from_start=False, slow_link=slow_link, mouse=not no_mouse))


def collect(
    context: typer.Context,
    paths: MaybePaths = None,
    from_start: FromStart = False,
    once: Annotated[bool, typer.Option("--once", help="Read everything to its end, then exit.")] = False,
    socket: Annotated[Path | None, typer.Option("--socket", metavar="PATH", help="Listen here instead.")] = None,
    rules: Annotated[list[Path] | None, typer.Option("--rules", metavar="DIR", help="Instead of the shipped.")] = None,
    child: Annotated[bool, typer.Option("--child", hidden=True)] = False,
) -> None:
    """Run the collector in the foreground."""
    from llmsec_tui.service.collector import run

    # DuckDB makes its files anew now and then, and asks nobody for their mode.
    os.umask(0o077)
    home: Home = context.obj
    home.create()
    code = run(
        home,
        absolute(paths or []),
        from_start=from_start or once,
        rules=rules,
        once=once,
        socket=socket,
        child=child,
    )
    raise typer.Exit(code)


def demo(
    context: typer.Context,
    headless: Annotated[bool, typer.Option("--headless", help="Print what was caught instead of a console.")] = False,
    seconds: Annotated[float, typer.Option("--seconds", min=1, help="How long an hour of the story takes.")] = 60,
    slow_link: SlowLink = False,
    no_mouse: NoMouse = False,
) -> None:
    """Play a story of an attacked support bot, and of models that change, into a fresh store, and watch it."""
    from llmsec_tui.cli.playing import play_headless, play_in_console

    if headless:
        raise typer.Exit(play_headless(seconds))
    if not sys.stdout.isatty():
        raise ConfigError("The demo's console needs a terminal.", hint="Use: llmsec-tui demo --headless --seconds 20")
    raise typer.Exit(play_in_console(seconds, slow_link=slow_link, mouse=not no_mouse))


def absolute(paths: list[str]) -> list[str]:
    """What the user typed, seen from the root: the collector has another working directory."""
    return [path if path == STDIN else str(Path(path).expanduser().absolute()) for path in paths]
