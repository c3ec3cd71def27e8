"""Programs that run another one, named in their own arguments: where its name stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wrapper:
    """How to find the program that is run."""

    valued: str = ""
    """Options, separated by blanks, whose value is the next word."""
    skipped: int = 0
    """Words of its own after the options: a duration, a host, a container."""
    behind: str = ""
    """The word after which the program stands; without it, none is run."""
    elevated: bool = False
    remote: bool = False
    """Whether the program runs on another machine or in a container."""


_SUDO = Wrapper("-u -g -h -p -C -T -D -R -U --user --group --host --prompt --chdir", elevated=True)
_CONTAINER_RUN = (
    "-v -e -w -p -u -h -l -m --volume --env --workdir --publish --user --name --network --net --mount --entrypoint "
    "--env-file --hostname --label --memory --cpus --platform --pid --ipc --cap-add --device --security-opt --add-host"
)

_WRAPPERS: Mapping[str, Wrapper] = {
    "sudo": _SUDO,
    "doas": Wrapper("-u -C", elevated=True),
    "pkexec": Wrapper("--user", elevated=True),
    "runuser": Wrapper("-u -g -G -s", elevated=True),
    "env": Wrapper("-u -C -S --unset --chdir"),
    "nohup": Wrapper(),
    "time": Wrapper("-f -o"),
    "nice": Wrapper("-n --adjustment"),
    "ionice": Wrapper("-c -n -p"),
    "timeout": Wrapper("-s -k --signal --kill-after", skipped=1),
    "gtimeout": Wrapper("-s -k", skipped=1),
    "xargs": Wrapper("-n -P -I -L -d -s -a -E --max-args --max-procs --replace --delimiter --arg-file"),
    "parallel": Wrapper("-j -a --jobs --arg-file"),
    "command": Wrapper(),
    "builtin": Wrapper(),
    "exec": Wrapper("-a"),
    "stdbuf": Wrapper("-i -o -e"),
    "setsid": Wrapper(),
    "unshare": Wrapper(),
    "strace": Wrapper("-e -o -p -s -u"),
    "ltrace": Wrapper("-e -o -p -s -u"),
    "watch": Wrapper("-n --interval"),
    "unbuffer": Wrapper(),
    "chroot": Wrapper("--userspec --groups", skipped=1),
    "flock": Wrapper("-w -E", skipped=1),
    "systemd-run": Wrapper("-p -u --unit --property --uid --gid"),
    "proxychains": Wrapper("-f"),
    "proxychains4": Wrapper("-f"),
    "torsocks": Wrapper(),
    "busybox": Wrapper(),
    "toybox": Wrapper(),
    "caffeinate": Wrapper("-t -w"),
    "ssh": Wrapper("-p -i -l -o -F -J -L -R -D -b -c -e -m -w", skipped=1, remote=True),
    "wsl": Wrapper("-d -u --distribution --user"),
    "wsl.exe": Wrapper("-d -u --distribution --user"),
}
_BY_SUBCOMMAND: Mapping[tuple[str, str], Wrapper] = {
    **{(engine, "run"): Wrapper(_CONTAINER_RUN, skipped=1, remote=True) for engine in ("docker", "podman", "nerdctl")},
    **{
        (engine, "exec"): Wrapper("-e -u -w --env --user --workdir", skipped=1, remote=True)
        for engine in ("docker", "podman", "nerdctl")
    },
    ("kubectl", "exec"): Wrapper(behind="--", remote=True),
    ("kubectl", "run"): Wrapper(behind="--", remote=True),
    ("uv", "run"): Wrapper("--with --python -p --project --directory --extra --group"),
    ("poetry", "run"): Wrapper(),
    ("pipenv", "run"): Wrapper(),
    ("pdm", "run"): Wrapper(),
    ("hatch", "run"): Wrapper(),
    ("conda", "run"): Wrapper("-n -p --name --prefix"),
    ("bundle", "exec"): Wrapper(),
    ("op", "run"): Wrapper(behind="--"),
    ("doppler", "run"): Wrapper(behind="--"),
    ("aws-vault", "exec"): Wrapper(behind="--"),
}
_FIND_RUNS = frozenset(("-exec", "-execdir", "-ok", "-okdir"))
_FD_RUNS = frozenset(("-x", "-X", "--exec", "--exec-batch"))


@dataclass(frozen=True, slots=True)
class Wrapped:
    """The words of a command that another one runs."""

    words: Sequence[str]
    elevated: bool = False
    remote: bool = False


def wrapped(program: str, args: Sequence[str]) -> Wrapped | None:
    """What ``program`` runs with these arguments; None when it is no wrapper, or runs nothing."""
    wrapper = _WRAPPERS.get(program)
    if wrapper is None and args:
        wrapper = _BY_SUBCOMMAND.get((program, args[0]))
        args = args[1:] if wrapper is not None else args
    if wrapper is not None:
        words = _behind(wrapper, args)
        return Wrapped(words, wrapper.elevated, wrapper.remote) if words else None
    if program in ("find", "fd", "fdfind"):
        starts = _FIND_RUNS if program == "find" else _FD_RUNS
        for at, word in enumerate(args):
            if word in starts:
                rest = args[at + 1 :]
                stop = next((end for end, found in enumerate(rest) if found in (";", "+")), len(rest))
                return Wrapped(rest[:stop]) if stop else None
    return None


def _behind(wrapper: Wrapper, args: Sequence[str]) -> Sequence[str]:
    if wrapper.behind:
        return args[args.index(wrapper.behind) + 1 :] if wrapper.behind in args else ()
    valued = wrapper.valued.split()
    at = 0
    while at < len(args):
        word = args[at]
        if word == "--":
            at += 1
            break
        if word in valued:
            at += 2
        elif (len(word) > 1 and word.startswith("-")) or _is_assignment(word):
            at += 1
        else:
            break
    return args[at + wrapper.skipped :]


def _is_assignment(word: str) -> bool:
    name, equals, _ = word.partition("=")
    return bool(equals) and name.isidentifier()
