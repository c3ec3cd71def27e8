"""Tell the password of a connection from what documentation writes in its place."""

_NO_PASSWORD = frozenset(
    (
        *("password", "passwd", "pass", "pwd", "secret", "mysecret", "mypassword", "mysecretpassword", "changeme"),
        *("example", "postgres", "root", "admin", "user", "test", "guest", "hunter2", "s3cr3t", "p@ssw0rd", "token"),
        *("pw", "password1", "password123", "pass123", "123456", "12345678", "letmein", "redis", "mysql", "default"),
        *("api_key", "apikey", "key", "passphrase", "yourpassword", "userpass", "dbpass", "dbpassword", "db_password"),
    )
)
_BLANKS = ("your", "my_", "my-", "<", "{", "$", "%(", "[", "***", "xxx", "...", "enter", "insert", "example", "dummy")
_NOWHERE = (
    "example",
    "test",
    "invalid",
    "localhost",
    "host",
    "hostname",
    "server",
    "myserver",
    "domain",
    "db",
    "db_host",
)
_LOOPBACK = ("127.", "0.0.0.0", "[::1", "::1", "10.0.0.1")  # noqa: S104 - compared with, not bound to


def is_password(text: str) -> bool:
    """Whether this is more than what stands for a password."""
    lower = text.lower().strip("\"'`")
    if len(lower) < 4 or lower in _NO_PASSWORD or lower.startswith(_BLANKS) or lower.endswith((">", "}", "]", ")")):
        return False
    return len(set(lower)) > 2


def is_somewhere(host: str) -> bool:
    """Whether a host is one outside of examples and outside of the machine itself."""
    plain = host.lower().strip("[").partition(":")[0].rstrip(".")
    if plain.startswith(_LOOPBACK):
        return False
    labels = plain.split(".")
    if labels[-1] in ("example", "test", "invalid", "localhost"):
        return False
    return not any(label in _NOWHERE for label in (labels[0], labels[-2] if len(labels) > 1 else labels[0]))


def password_in_address(text: str) -> bool:
    """``://user:password@host`` that is no example. Commits, paths and ports have no ``@`` behind."""
    user, _, rest = text.removeprefix("://").partition(":")
    password, _, host = rest.rpartition("@")
    return user.lower() not in ("user", "username") and is_password(password) and is_somewhere(host)


def password_of_server(text: str) -> bool:
    """``Server=…;Password=…`` that is no example."""
    host = text.partition("=")[2].partition(";")[0].removeprefix("tcp:").partition(",")[0]
    return is_password(text.rpartition("=")[2]) and is_somewhere(host)
