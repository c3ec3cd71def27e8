"""Which programs are asked about which action."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from llmsec_tui.detect.signals.shell import cloud, network, secrets, system
from llmsec_tui.detect.signals.shell.options import has, has_letter, positional
from llmsec_tui.detect.signals.shell.running import Run

Check = Callable[[Run], bool]

_DELETERS = ("rm", "remove-item", "ri", "rd", "rmdir", "del", "erase", "find", "rimraf")
_VARIABLES = ("export", "declare", "setx")
_STORES = [
    "aws",
    "gcloud",
    "az",
    "kubectl",
    "vault",
    "security",
    "op",
    "gh",
    "git",
    "secret-tool",
    "pass",
    "bw",
    "doppler",
    "lpass",
]
_PUBLISHERS = ["git", "npm", "pnpm", "yarn", "twine", "cargo", "gem", "docker", "podman", "gh", "uv", "poetry", "helm"]
_RUNNERS = (*network.RUNNERS, "iex", "invoke-expression", "eval", "source", ".")
_PRINTERS = ("printenv", "env", "export", "get-childitem", "gci", "dir", "ls")


def _fetched(run: Run) -> bool:
    return network.runs_unseen(run, network.downloads)


def _decoded(run: Run) -> bool:
    return network.runs_unseen(run, network.decodes)


def _deletes(run: Run) -> bool:
    if run.program == "rm":
        return has_letter(run.args, "rR") or has(run.args, "--recursive")
    if run.program in ("remove-item", "ri", "rd", "rmdir", "del", "erase"):
        return any(word.lower().startswith("-rec") or word.lower() == "/s" for word in run.args)
    return (run.program == "find" and "-delete" in run.args) or run.program == "rimraf"


def _adds_server(run: Run) -> bool:
    return positional(run.args)[:2] in (["mcp", "add"], ["mcp", "add-json"], ["config", "set"])


def _always(run: Run) -> bool:
    return True


_TABLE: tuple[tuple[str, Check, Iterable[str]], ...] = (
    ("downloads", network.downloads, (*network.FETCHERS, *network.INTERPRETERS, *network.OBJECTS, "aws", "gsutil")),
    ("uploads", network.sends, (*network.SENDERS, *network.OBJECTS)),
    ("pipes_to_shell", _fetched, _RUNNERS),
    ("decodes_to_shell", _decoded, _RUNNERS),
    ("reads_credentials", secrets.reads_credentials, secrets.READERS),
    ("asks_secret_store", cloud.asks_secret_store, _STORES),
    ("dumps_environment", secrets.dumps_environment, (*secrets.READERS, *_PRINTERS)),
    ("deletes_recursively", _deletes, _DELETERS),
    ("destroys_cloud", cloud.destroys_cloud, (*cloud.CLOUD, "gh")),
    ("changes_permissions", system.opens_to_all, ("chmod", "icacls")),
    ("escalates", system.escalates, system.RIGHTS),
    ("disables_security", system.turns_off_security, system.GUARDED),
    ("kills_logs", system.removes_traces, system.TRACED),
    ("stops_logging", cloud.stops_logging, ("aws", "gcloud", "az", *_VARIABLES)),
    ("persists", system.persists, system.STARTERS),
    ("bypasses_approval", system.bypasses_approval, system.AGENTS),
    ("changes_agent", _adds_server, ("claude", "codex", "gemini")),
    ("logs_in", cloud.logs_in, ("aws", "gcloud", "az", "docker", "podman", "helm", "gh", "npm", *_VARIABLES)),
    ("uses_cloud", _always, cloud.CLOUD),
    ("publishes", cloud.publishes, _PUBLISHERS),
)


def _by_program() -> Mapping[str, tuple[tuple[str, Check], ...]]:
    checks: dict[str, list[tuple[str, Check]]] = {}
    for action, check, programs in _TABLE:
        for program in programs:
            checks.setdefault(program, []).append((action, check))
    return MappingProxyType({program: tuple(found) for program, found in checks.items()})


CHECKS = _by_program()
"""What to ask of a program: the name of an action, and whether it does that."""
