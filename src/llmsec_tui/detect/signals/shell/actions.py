"""What a command line does, in a small vocabulary, decided from its parsed words and redirections."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from llmsec_tui.detect.signals.shell import cloud, network, system
from llmsec_tui.detect.signals.shell.checks import CHECKS
from llmsec_tui.detect.signals.shell.hosts import METADATA, hosts
from llmsec_tui.detect.signals.shell.options import has, has_letter, positional, value, written
from llmsec_tui.detect.signals.shell.paths import (
    is_agent_instruction,
    is_agent_setting,
    is_credential,
    is_disk,
    is_login_script,
    plain,
    starts_by_itself,
)
from llmsec_tui.detect.signals.shell.running import Run

ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "downloads": "fetches something from outside",
        "uploads": "gives contents of files or programs to another machine",
        "pipes_to_shell": "runs what it fetched, unseen",
        "decodes_to_shell": "decodes a text and runs it",
        "runs_downloaded": "fetches a file and runs it",
        "opens_reverse_shell": "connects a shell to a socket",
        "reads_credentials": "reads a file of keys, passwords or tokens",
        "asks_secret_store": "has a secret manager give out a value",
        "dumps_environment": "prints the environment or a file of it",
        "reads_metadata": "asks a cloud machine's metadata service",
        "deletes_recursively": "deletes a folder with all that is in it",
        "destroys": "deletes a root, home, system or working folder, or overwrites a disk",
        "destroys_cloud": "deletes an infrastructure, a store or a namespace",
        "changes_permissions": "lets everybody write to a tree or to the system",
        "escalates": "gives itself or others more rights",
        "disables_security": "stops a firewall, an audit or a scanner",
        "kills_logs": "deletes or empties logs or the shell's history",
        "stops_logging": "switches off a cloud's logs, a guardrail or an agent's telemetry",
        "persists": "has something start by itself",
        "bypasses_approval": "starts an agent that asks nobody",
        "changes_agent": "changes an agent's settings, servers or hooks",
        "instructs_agent": "changes an agent's standing instructions",
        "logs_in": "takes up a login with a key that stands in the command",
        "uses_cloud": "acts in a cloud account",
        "publishes": "puts something where others fetch it",
    }
)
"""All actions and what each means."""


def actions(found: Sequence[Run]) -> list[str]:
    """The names of all that these programs do together, in the order of ``ACTIONS``."""
    done = set(_each(found)) | set(_together(found))
    return [name for name in ACTIONS if name in done]


def _each(found: Sequence[Run]) -> Iterator[str]:
    names = frozenset(run.program for run in found)
    moved = False
    for run in found:
        moved |= run.program in ("cd", "pushd", "set-location") and not _is_top(run.args)
        yield from (action for action, does in CHECKS.get(run.program, ()) if does(run))
        if run.redirects or run.assigned:
            yield from _of_redirects(run)
        yield from _of_writing(run)
        if run.args and not METADATA.isdisjoint(hosts(run)):
            yield "reads_metadata"
        if network.opens_shell(run, names):
            yield "opens_reverse_shell"
        if system.destroys(run, moved):
            yield "destroys"


def _is_top(args: Sequence[str]) -> bool:
    return not args or args[0] in ("/", "~", "$HOME", "..")


def _together(found: Sequence[Run]) -> Iterator[str]:
    """What only several programs do."""
    fetched: set[str] = set()
    for at, run in enumerate(found):
        if run.program in network.FETCHERS and network.downloads(run):
            fetched |= {name.rsplit("/", 1)[-1] for name in _saved(run) if name}
        elif fetched and _runs_file(run, fetched):
            yield "runs_downloaded"
        twice = run.background and not run.args and any(feed.program == run.program != "" for feed in run.feeds[-1:])
        if twice and any(other.program == run.program for other in found[at + 1 :]):
            yield "destroys"  # a fork bomb


def _saved(run: Run) -> Iterator[str]:
    if output := value(run.args, "-o", "-O", "--output", "--output-document", "-OutFile", "-outfile"):
        yield output
    yield from (target for operator, target in run.redirects if operator.startswith(">"))
    if (
        run.program == "wget"
        or has(run.args, "-O", "--remote-name")
        or (run.program == "curl" and has_letter(run.args, "O"))
    ):
        yield from (word.split("?", 1)[0] for word in run.args if "://" in word)


def _runs_file(run: Run, fetched: set[str]) -> bool:
    if run.path.startswith(("./", "/", "~", "$")) and run.path.rsplit("/", 1)[-1] in fetched:
        return True
    if run.program in network.RUNNERS or run.program in ("source", "."):
        return any(word.rsplit("/", 1)[-1] in fetched for word in positional(run.args)[:1])
    return False


def _of_redirects(run: Run) -> Iterator[str]:
    """What shows in redirections and assignments, whatever the program is."""
    if any(is_credential(target) for operator, target in run.redirects if operator == "<"):
        yield "reads_credentials"
    if network.sends_by_redirect(run):
        yield "uploads"
    if system.removes_traces(run):
        yield "kills_logs"
    if run.assigned and cloud.stops_logging(run):
        yield "stops_logging"
    if run.assigned and cloud.logs_in(run):
        yield "logs_in"


def _of_writing(run: Run) -> Iterator[str]:
    """What shows in the files that a program writes."""
    for path in written(run):
        if starts_by_itself(path) or (is_login_script(path) and system.starts_with_login(run)):
            yield "persists"
        if plain(path).startswith("/etc/sudoers"):
            yield "escalates"
        if is_agent_setting(path):
            yield "changes_agent"
        if is_agent_instruction(path):
            yield "instructs_agent"
        if is_disk(path):
            yield "destroys"
