"""What a program does with a network: fetch, send, run what it fetched, hand out a shell."""

from collections.abc import Callable, Sequence

from llmsec_tui.detect.signals.shell.hosts import hosts, is_local
from llmsec_tui.detect.signals.shell.options import has, has_letter, positional, value
from llmsec_tui.detect.signals.shell.running import POWERSHELLS, SHELLS, Run

FETCHERS = frozenset(
    ("curl", "wget", "aria2c", "fetch", "http", "https", "xh", "iwr", "irm", "invoke-webrequest", "invoke-restmethod")
)
INTERPRETERS = frozenset(
    ("python", "python2", "python3", "perl", "ruby", "node", "php", "deno", "bun", "lua", "osascript")
)
SENDERS = frozenset(
    (
        *(
            "curl",
            "wget",
            "http",
            "https",
            "xh",
            "nc",
            "ncat",
            "netcat",
            "telnet",
            "socat",
            "scp",
            "rsync",
            "sftp",
            "aws",
        ),
        *(
            "gsutil",
            "gcloud",
            "rclone",
            "invoke-webrequest",
            "invoke-restmethod",
            "iwr",
            "irm",
            "mail",
            "mailx",
            "mutt",
        ),
        *("sendmail", "swaks", "msmtp", "send-mailmessage", "dig", "nslookup", "host", "ping", "gh", "openssl"),
    )
)
OBJECTS = frozenset(("", "new-object", "iex", "invoke-expression"))
"""What stands before a call of a .NET object in PowerShell."""
RUNNERS = SHELLS | POWERSHELLS | INTERPRETERS
_CATS = frozenset(("nc", "ncat", "netcat", "telnet", "socat"))
_CURL_DATA = ("-d", "--data", "--data-binary", "--data-raw", "--data-urlencode", "-F", "--form", "--json")
_COPIERS = frozenset(("scp", "rsync", "sftp"))
_CLOUD_COPIES = {"aws": ("s3", "cp sync mv"), "gsutil": ("", "cp rsync mv"), "gcloud": ("storage", "cp rsync mv")}
_REMOTE = ("s3://", "gs://", "az://", "https://", "azblob://")
_WEB = frozenset(("invoke-webrequest", "invoke-restmethod", "iwr", "irm"))
_MAILERS = frozenset(("mail", "mailx", "mutt", "sendmail", "swaks", "msmtp", "send-mailmessage"))
_RESOLVERS = frozenset(("dig", "nslookup", "host", "ping"))
_SHELL_PATHS = ("/bin/sh", "/bin/bash", "/bin/zsh", "'sh'", '"sh"', "cmd.exe", "powershell", "'bash'", '"bash"')


def is_outside(run: Run) -> bool:
    """Whether it connects to another machine, outside of its own network."""
    found = list(hosts(run))
    return any(not is_local(host) for host in found) or (not found and any("$" in word for word in run.args))


def downloads(run: Run) -> bool:
    """Whether it fetches something from outside, and sends nothing of its own."""
    if run.program in FETCHERS:
        return is_outside(run) and not sends(run)
    if any("downloadstring" in word.lower() or "downloadfile" in word.lower() for word in run.args):
        return True
    if run.program in INTERPRETERS:
        code = code_of(run)
        return any(name in code for name in ("urlopen(", "urlretrieve(", "requests.get(", "fetch('http", 'fetch("http'))
    return (
        run.program in ("aws", "gsutil")
        and has(run.args, "cp")
        and positional(run.args)[-2:-1] != []
        and (positional(run.args)[-2].startswith(_REMOTE))
    )


def sends(run: Run) -> bool:
    """Whether it gives contents of files, of other programs or of the environment to another machine."""
    program, args = run.program, run.args
    if program == "curl":
        return is_outside(run) and _curl_sends(run)
    if program == "wget":
        posted = value(args, "--post-data", "--body-data") or ""
        return is_outside(run) and (has(args, "--post-file", "--body-file") or _is_filled(posted, run))
    if program in ("http", "https", "xh"):
        return is_outside(run) and (_fed(run) or any("@" in word[1:] and "://" not in word for word in args))
    if program in _CATS:
        told = any(operator == "<" for operator, _ in run.redirects)
        return is_outside(run) and (told or _fed(run)) and not has_letter(args, "lz")
    if program in _COPIERS:
        names = positional(args)
        return (
            len(names) > 1 and ":" in names[-1] and not names[-1].startswith((".", "/", "$")) and "\\" not in names[-1]
        )
    if program in _CLOUD_COPIES:
        return _cloud_copy(program, positional(args))
    if program == "rclone":
        names = positional(args)
        return names[:1] in (["copy"], ["sync"], ["move"], ["copyto"]) and ":" in names[-1]
    if program in _WEB:
        lower = [word.lower() for word in args]
        return "-infile" in lower or ("-body" in lower and any("$" in word for word in args) and is_outside(run))
    if program in _MAILERS:
        return _fed(run) or has_letter(args, "a") or any(operator == "<" for operator, _ in run.redirects)
    if program in _RESOLVERS:
        return bool(run.fills) and any("$()." in word for word in args)
    if program == "gh":
        return positional(args)[:2] == ["gist", "create"]
    if program == "openssl":
        return args[:1] == ("s_client",) and _fed(run)
    return any("uploadfile(" in word.lower() or "uploadstring(" in word.lower() for word in args)


def sends_by_redirect(run: Run) -> bool:
    """Whether it writes what it reads to a socket, as in ``cat notes > /dev/tcp/…``."""
    if run.program in SHELLS or run.program in ("", "echo", "true", ":", "exec"):
        return False
    sockets = ("/dev/tcp/", "/dev/udp/")
    return any(op in (">", ">>") and target.startswith(sockets) for op, target in run.redirects) and is_outside(run)


def _curl_sends(run: Run) -> bool:
    args = run.args
    if has(args, "-T", "--upload-file") or any(word.startswith("-T") and len(word) > 2 for word in args):
        return True
    for at, word in enumerate(args):
        if word in _CURL_DATA:
            given = args[at + 1] if at + 1 < len(args) else ""
        elif word.startswith(("-d", "-F")) and len(word) > 2 and word[1] != "-":
            given = word[2:]
        elif word.startswith(tuple(name + "=" for name in _CURL_DATA if name[:2] == "--")):
            given = word.partition("=")[2]
        else:
            continue
        if given.startswith("@") or "=@" in given or "=<" in given or _is_filled(given, run):
            return True
    return any("$()" in word and "://" in word for word in args) and _reads(run.fills)


def _is_filled(text: str, run: Run) -> bool:
    return "$()" in text and _reads(run.fills)


def _reads(found: Sequence[Run]) -> bool:
    """Whether one of these programs gives out what it did not make up itself."""
    return any(
        run.program not in ("", "date", "uuidgen", "pwd", "echo", "printf", "seq", "nproc", "id") for run in found
    )


def _fed(run: Run) -> bool:
    return any(feed.program not in ("echo", "printf", "yes", "true", "") or feed.fills for feed in run.feeds)


def _cloud_copy(program: str, names: Sequence[str]) -> bool:
    group, verbs = _CLOUD_COPIES[program]
    rest = names[1:] if group and names[:1] == [group] else names if not group else ()
    if len(rest) < 3 or rest[0] not in verbs.split():
        return False
    return not rest[1].startswith(_REMOTE) and any(word.startswith(_REMOTE) for word in rest[2:])


def runs_unseen(run: Run, makes: Callable[[Run], bool]) -> bool:
    """Whether a shell or interpreter runs what a program gives it that ``makes`` is true of."""
    if run.program in ("iex", "invoke-expression"):
        return any(makes(one) for one in (*run.feeds, *run.fills)) or makes(run)
    if run.program in ("eval", "source", "."):
        return any(makes(one) for one in run.fills)
    if run.program not in RUNNERS:
        return False
    if any(makes(one) for one in run.fills) and (_takes_code(run) or any(word == "<()" for word in run.args)):
        return True
    return reads_input(run) and any(makes(feed) for feed in run.feeds)


def reads_input(run: Run) -> bool:
    """Whether a shell or interpreter runs what stands on its standard input."""
    names = positional(run.args)
    return not _takes_code(run) and (not names or names[0] in ("-", "/dev/stdin") or "-s" in run.args)


def _takes_code(run: Run) -> bool:
    return (run.program in SHELLS and has_letter(run.args, "c")) or has(run.args, "-e", "-c", "-r", "--eval")


def decodes(run: Run) -> bool:
    """Whether it turns an encoded text into what it stands for."""
    args = run.args
    if run.program in ("base64", "base32", "gbase64"):
        return has(args, "-d", "--decode", "-D", "-di") or has_letter(args, "dD")
    if run.program == "xxd":
        return has_letter(args, "r")
    if run.program == "openssl":
        return args[:1] in (("enc",), ("base64",)) and "-d" in args
    if run.program in ("basenc", "uudecode"):
        return run.program == "uudecode" or has(args, "-d", "--decode")
    return any("frombase64string" in word.lower() for word in args)


def opens_shell(run: Run, names: frozenset[str]) -> bool:
    """Whether it connects a shell to a socket. ``names`` are all programs of the command line."""
    args = run.args
    for operator, target in run.redirects:
        if target.startswith(("/dev/tcp/", "/dev/udp/")) and is_outside(run):
            if run.program in SHELLS and (has_letter(args, "i") or "&" in operator):
                return True
            if run.program == "exec" and "<>" in operator and not SHELLS.isdisjoint(names):
                return True
    if run.program in ("nc", "ncat", "netcat"):
        if has(args, "--exec", "--sh-exec") or any(_ends_in_shell(word) for word in args):
            return has(args, "--exec", "--sh-exec") or has_letter(args, "ec")
        return "mkfifo" in names and any(feed.program in SHELLS for feed in run.feeds)
    if run.program in ("telnet", "openssl"):
        return "mkfifo" in names and any(feed.program in SHELLS for feed in run.feeds)
    if run.program == "socat":
        lower = [word.lower() for word in args]
        tcp = any(word.startswith(("tcp", "openssl", "udp")) for word in lower)
        return tcp and any(word.startswith(("exec:", "system:")) and "sh" in word for word in lower)
    if run.program in INTERPRETERS:
        return opens_shell_in_code(code_of(run))
    return run.program == "new-object" and any("sockets.tcpclient" in word.lower() for word in args)


def _ends_in_shell(word: str) -> bool:
    return word.rsplit("/", 1)[-1] in SHELLS or word in ("cmd", "cmd.exe", "powershell")


def opens_shell_in_code(code: str) -> bool:
    """Whether a program text ties a shell's input and output to a socket."""
    if "socket" not in code and "fsockopen" not in code:
        return False
    tied = "dup2(" in code or "pty.spawn" in code or "fsockopen" in code or "STDIN" in code or ".pipe(" in code
    return tied and ("connect" in code or "fsockopen" in code) and any(path in code for path in _SHELL_PATHS)


def code_of(run: Run) -> str:
    """The program text among an interpreter's arguments, and on its standard input."""
    given = value(run.args, "-c", "-e", "-r", "--eval")
    return "\n".join((given or "", *run.stdin))
