"""What a program does to the machine it runs on: rights, protection, traces, what starts by itself, agents."""

from llmsec_tui.detect.signals.shell.names import names as _names
from llmsec_tui.detect.signals.shell.options import has, has_letter, positional, value
from llmsec_tui.detect.signals.shell.paths import is_system, is_trace, is_whole, plain
from llmsec_tui.detect.signals.shell.running import Run

RIGHTS = _names("chmod usermod gpasswd adduser addgroup net setcap docker podman nerdctl nsenter kubectl aws")
GUARDED = _names(
    "systemctl service pkill killall taskkill iptables ip6tables set-mppreference add-mppreference setenforce ufw nft "
    "csrutil spctl netsh auditctl aa-teardown aa-disable aa-complain sed"
)
TRACED = _names(
    "export declare set history unset rm shred truncate unlink ln journalctl wevtutil clear-eventlog clear-history "
    "remove-eventlog"
)
STARTERS = _names("crontab launchctl schtasks reg register-scheduledtask new-service set-itemproperty")
_GUARDS = _names(
    "auditd firewalld ufw apparmor fail2ban falcon-sensor clamav-daemon clamd osqueryd wazuh-agent rsyslog "
    "nftables mdatp crowdsec elastic-agent falco syslog-ng cortex-agent sentinelone cbdaemon windefend"
)
_EVERYBODY = frozenset(("777", "0777", "a+rwx", "ugo+rwx", "a=rwx", "1777"))
_ADMINS = _names("sudo wheel root docker admin administrators lxd")
_NETWORKED = (
    "curl ",
    "wget ",
    "nc ",
    "/dev/tcp",
    "base64 -d",
    "bash -i",
    "python -c",
    "python3 -c",
    "http://",
    "https://",
)
_AGENT_FLAGS = frozenset(
    (
        *(
            "--dangerously-skip-permissions",
            "--dangerously-bypass-approvals-and-sandbox",
            "--yolo",
            "--trust-all-tools",
        ),
        *(
            "--allow-all-tools",
            "--allow-dangerously-skip-permissions",
            "danger-full-access",
            "--full-auto",
            "--yes-always",
        ),
        *("--dangerously-auto-approve-everything", "--skip-permissions-unsafe"),
    )
)
AGENTS = _names(
    "claude codex gemini copilot cursor-agent q amp aider goose opencode crush droid qwen kiro kiro-cli npx bunx"
)


def opens_to_all(run: Run) -> bool:
    """Whether it lets everybody write to a whole tree or to a part of the system."""
    if run.program == "chmod":
        names = positional(run.args)
        wide = bool(names) and names[0] in _EVERYBODY
        return wide and (has_letter(run.args, "R") or has(run.args, "--recursive") or any(map(is_system, names[1:])))
    if run.program == "icacls":
        return any("everyone:" in word.lower() and "f" in word.lower().rpartition(":")[2] for word in run.args)
    return False


def escalates(run: Run) -> bool:
    """Whether it gives itself or somebody else more rights."""
    program, args = run.program, run.args
    names = positional(args)
    if program == "chmod" and names:
        return _sets_owner(names[0]) and len(names) > 1
    if program in ("usermod", "gpasswd", "adduser", "addgroup"):
        joins = program in ("adduser", "addgroup") or has_letter(args, "Ga")
        return joins and any(part in _ADMINS for word in names for part in word.split(","))
    if program == "net":
        return [word.lower() for word in names[:2]] == ["localgroup", "administrators"] and "/add" in map(
            str.lower, args
        )
    if program == "setcap":
        return any(word.startswith(("cap_setuid", "cap_sys_admin", "cap_dac_override")) for word in names)
    if program in ("docker", "podman", "nerdctl") and names[:1] in (["run"], ["create"]):
        return has(args, "--privileged", "--pid=host") or any(_mounts_host(word) for word in args)
    if program == "nsenter":
        return value(args, "-t", "--target") == "1"
    if program == "kubectl":
        return "clusterrolebinding" in names[:2] and any("cluster-admin" in word for word in args)
    return (
        program == "aws"
        and any("administratoraccess" in word.lower() for word in args)
        and any(word.startswith("attach-") for word in names)
    )


def _sets_owner(mode: str) -> bool:
    if mode.isdigit():
        return len(mode.lstrip("0")) == 4 and mode.lstrip("0")[0] in "4567"
    return "+s" in mode and mode.split("+", 1)[0] in ("u", "g", "ug", "")


def _mounts_host(word: str) -> bool:
    source = word.removeprefix("--volume=").removeprefix("-v").removeprefix("--mount=").split(":", 1)
    return len(source) == 2 and source[0] in ("/", "/etc", "/root", "/var/run/docker.sock", "/run/docker.sock")


def turns_off_security(run: Run) -> bool:
    """Whether it stops a firewall, an audit, mandatory access control or a scanner."""
    program, args = run.program, run.args
    names = [word.lower() for word in positional(args)]
    if program == "systemctl":
        stops = bool(names) and names[0] in ("stop", "disable", "mask", "kill")
        return stops and any(word.removesuffix(".service") in _GUARDS for word in names[1:])
    if program == "service":
        return len(names) > 1 and names[0] in _GUARDS and names[1] == "stop"
    if program in ("pkill", "killall", "taskkill"):
        return any(word.removesuffix(".exe") in _GUARDS for word in names)
    if program in ("iptables", "ip6tables"):
        opened = "ACCEPT" in args and has(args, "-P", "--policy") and any(word in args for word in ("INPUT", "FORWARD"))
        return opened or (has(args, "-F", "--flush") and len(names) == (1 if has(args, "-t") else 0))
    if program in ("set-mppreference", "add-mppreference"):
        lower = [word.lower() for word in args]
        off = any(word.startswith("-disable") for word in lower) and any(
            word in ("$true", "1", "true") for word in lower
        )
        return off or any(word.startswith("-exclusion") for word in lower)
    return _turns_off(program, names, args)


def _turns_off(program: str, names: list[str], args: tuple[str, ...]) -> bool:
    first = names[:1]
    if program == "setenforce":
        return first in (["0"], ["permissive"])
    if program == "ufw":
        return first in (["disable"], ["reset"])
    if program == "nft":
        return names[:2] == ["flush", "ruleset"]
    if program == "csrutil":
        return first == ["disable"]
    if program == "spctl":
        return has(args, "--master-disable", "--global-disable")
    if program == "netsh":
        return names[:2] == ["advfirewall", "set"] and names[-1:] == ["off"]
    if program == "auditctl":
        return has(args, "-D") or value(args, "-e") == "0"
    if program in ("aa-teardown", "aa-disable", "aa-complain"):
        return True
    return program == "sed" and any(
        "selinux=disabled" in word.lower() or "selinux=permissive" in word.lower() for word in args
    )


def removes_traces(run: Run) -> bool:
    """Whether it deletes or empties a shell's history or the system's logs, or keeps one from being written."""
    program, args = run.program, run.args
    if any(name == "HISTFILE" and text in ("/dev/null", "") for name, text in run.assigned):
        return True
    if any(name == "HISTSIZE" and text == "0" for name, text in run.assigned):
        return True
    if program in ("export", "declare", "set"):
        hidden = ("HISTFILE=/dev/null", "HISTSIZE=0", "HISTFILE=")
        return any(word in hidden for word in args) or (program == "set" and args[-2:] == ("+o", "history"))
    if program == "history":
        return has_letter(args, "c")
    if program == "unset":
        return "HISTFILE" in args
    if program in ("rm", "shred", "truncate", "unlink"):
        return any(map(is_trace, positional(args)))
    if program == "ln":
        names = positional(args)
        return names[:1] == ["/dev/null"] and any(map(is_trace, names))
    if program == "journalctl":
        kept = value(args, "--vacuum-time") or ""
        size = (value(args, "--vacuum-size") or "").lower()
        return kept in ("1s", "0", "1m", "0s") or size in ("1", "1k", "1b", "1kb", "0")
    if program == "wevtutil":
        return args[:1] in (("cl",), ("clear-log",))
    if program in ("clear-eventlog", "clear-history", "remove-eventlog"):
        return True
    emptied = [target for operator, target in run.redirects if operator in (">", ">|", "1>")]
    makes_nothing = program in ("", ":", "true") or (
        program in ("echo", "printf", "cat") and set(args) <= {"", "-n", "/dev/null"}
    )
    return makes_nothing and any(map(is_trace, emptied))


def persists(run: Run) -> bool:
    """Whether it has something start by itself: cron, login, a service, a key that may log in."""
    program, args = run.program, run.args
    names = positional(args)
    if program == "crontab":
        return names not in ([], ["-l"]) or (bool(run.feeds or run.stdin) and not has(args, "-l", "-r"))
    if program == "launchctl":
        return names[:1] in (["load"], ["bootstrap"], ["submit"])
    if program == "schtasks":
        return "/create" in map(str.lower, args)
    if program == "reg":
        return [word.lower() for word in names[:1]] == ["add"] and any(
            "currentversion/run" in plain(word) for word in names
        )
    return program in ("register-scheduledtask", "new-service") or (
        program == "set-itemproperty" and any("currentversion/run" in plain(word) for word in args)
    )


def starts_with_login(run: Run) -> bool:
    """Whether what it writes into a login script uses a network or hides what it does."""
    told = " ".join((*run.args, *run.stdin, *(word for feed in run.feeds for word in feed.args)))
    return any(part in told + " " for part in _NETWORKED)


def bypasses_approval(run: Run) -> bool:
    """Whether it starts an agent that asks nobody before it acts."""
    if run.program not in AGENTS:
        return False
    if not _AGENT_FLAGS.isdisjoint(run.args) or has(run.args, "--dangerously-skip-permissions"):
        return True
    mode = value(run.args, "--permission-mode", "--approval-mode", "--ask-for-approval") or ""
    if mode.lower() in ("bypasspermissions", "yolo", "never"):
        return True
    if any(word.startswith("--sandbox=danger") for word in run.args):
        return True
    return run.program == "gemini" and "-y" in run.args


def destroys(run: Run, moved: bool) -> bool:
    """Whether it deletes a root, home, system or working folder, or a disk. ``moved``: a ``cd`` stood before."""
    program, args = run.program, run.args
    if program == "rm":
        deep = has_letter(args, "rR") or has(args, "--recursive")
        names = positional(args)
        forced = has_letter(args, "f") or has(args, "--force")
        return deep and (has(args, "--no-preserve-root") or (forced and any(_is_all(name, moved) for name in names)))
    if program == "find":
        return "-delete" in args and bool(args) and is_whole(args[0])
    if program.startswith("mkfs") or program in ("wipefs", "shred", "blkdiscard"):
        return any(word.startswith("/dev/") for word in args)
    if program in ("remove-item", "ri", "del", "rd", "rmdir", "erase"):
        lower = [word.lower() for word in args]
        deep = any(word.startswith("-rec") or word in ("/s", "-r") for word in lower)
        return deep and any(is_whole(word) for word in args if not word.startswith("-") and len(word) > 2)
    if program == "vssadmin":
        return [word.lower() for word in args[:2]] == ["delete", "shadows"]
    return program == "format" and bool(args) and args[0][1:2] == ":"


def _is_all(name: str, moved: bool) -> bool:
    return is_whole(name) or (name in (".", "./", "..", "../", "*", "./*", "../*") and not moved)
