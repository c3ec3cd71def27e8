"""Where a program would connect to."""

from collections.abc import Iterator

from llmsec_tui.detect.signals.shell.names import names as _names
from llmsec_tui.detect.signals.shell.running import Run

METADATA = frozenset(
    (
        "169.254.169.254",
        "metadata.google.internal",
        "fd00:ec2::254",
        "169.254.170.2",
        "100.100.100.200",
        "2852039166",
        "0xa9fea9fe",
        "::ffff:a9fe:a9fe",
    )
)
_LOCAL = frozenset(("localhost", "127.0.0.1", "::1", "0.0.0.0", "host.docker.internal"))  # noqa: S104 - told apart, not bound
_PRIVATE = ("127.", "10.", "192.168.", "169.254.")
_INNER = (".local", ".internal", ".localhost", ".svc", ".lan", ".corp", ".test")
_SCHEMES = (
    "https://",
    "http://",
    "ftp://",
    "ftps://",
    "sftp://",
    "ssh://",
    "git://",
    "ws://",
    "wss://",
    "tcp://",
    "scp://",
)
_BY_NAME = frozenset(("curl", "wget", "nc", "ncat", "netcat", "telnet", "ftp", "sftp", "http", "https", "xh", "whois"))
_BY_USER = frozenset(("ssh", "scp", "sftp", "rsync", "git", "mosh", "ssh-copy-id"))
_TALKS = _names(
    "echo printf grep egrep fgrep rg ag ack sed awk jq yq cat tee cut tr head tail less test [ : true false sort uniq "
    "diff find ls touch mkdir rm cp mv write-host write-output select-string out-file set-content read"
)
"""Programs whose arguments may name a host and connect to none."""
_GIT_CONNECTS = frozenset(("clone", "fetch", "pull", "push", "remote", "ls-remote", "submodule", "archive"))
_VALUED = _names("-o -O -H -A -d -u -x -X -b -c -e -F -T -m -w -i -p -l -s --header --data --output --user --form")


def hosts(run: Run) -> Iterator[str]:
    """The hosts named in a program's arguments and redirections, in lower case without a port."""
    if run.program not in _TALKS and (run.program != "git" or not _GIT_CONNECTS.isdisjoint(run.args)):
        for word in run.args:
            if "://" in word:
                yield from _of_url(word)
    for _, target in run.redirects:
        if target.startswith(("/dev/tcp/", "/dev/udp/")):
            yield from _host(target[9:])
    if run.program in _BY_NAME:
        yield from _positional(run)
    elif run.program in _BY_USER:
        for word in run.args:
            user, at, rest = word.partition("@")
            if at and user and user.replace("-", "").replace("_", "").isalnum() and "://" not in word:
                yield from _host(rest.replace(":", "/", 1))


def hosts_of_address(text: str) -> Iterator[str]:
    """The host of an address, with a scheme or without one."""
    if "://" in text:
        yield from _of_url(text)
    elif "." in text.split("/", 1)[0] and " " not in text[:256]:
        yield from _host(text)


def _of_url(word: str) -> Iterator[str]:
    for scheme in _SCHEMES:
        start = word.find(scheme)
        if start >= 0:
            yield from _host(word[start + len(scheme) :])
            return


def _positional(run: Run) -> Iterator[str]:
    """A host without a scheme: the first word that is no option, nor the value of one."""
    skip = False
    for word in run.args:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in _VALUED
        elif "://" in word:
            return
        else:
            head = word.split("/", 1)[0].split(":", 1)[0]
            if "." in head and not head.startswith((".", "$", "@")) and head.rsplit(".", 1)[-1].isalnum():
                yield from _host(word)
            return


def _host(rest: str) -> Iterator[str]:
    authority = rest.split("/", 1)[0].split("?", 1)[0].split("#", 1)[0].rsplit("@", 1)[-1]
    ends, authority = ("]", authority[1:]) if authority.startswith("[") else (":", authority)
    name = authority.split(ends, 1)[0]
    name = name.strip("'\"`),;").rstrip(".").lower()
    if name and all(letter.isalnum() or letter in ".-_:" for letter in name):
        yield name


def is_local(host: str) -> bool:
    """Whether it is this machine or in its own network."""
    if host in _LOCAL or host.endswith(_INNER) or "." not in host.strip("."):
        return host not in METADATA
    if host.startswith("172."):
        second = host.split(".")[1]
        return second.isdigit() and 16 <= int(second) <= 31
    return host.startswith(_PRIVATE) and host not in METADATA
