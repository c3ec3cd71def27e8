"""Whether a program reads credentials, or prints the variables that hold them."""

from llmsec_tui.detect.signals.shell.names import names as _names
from llmsec_tui.detect.signals.shell.network import INTERPRETERS
from llmsec_tui.detect.signals.shell.options import has, positional, value
from llmsec_tui.detect.signals.shell.paths import is_credential, is_credential_folder, is_environment
from llmsec_tui.detect.signals.shell.running import Run

READERS = _names(
    "cat less more head tail cp scp mv base64 base32 xxd od strings tar zip gzip 7z grep egrep rg awk sed jq "
    "yq source . bat batcat nl tac sort cut tr rsync dd openssl hexdump type get-content gc copy-item curl "
    "wget nc ncat gpg vim vi nano code open read diff cmp tee sftp rclone aws gsutil select-string python "
    "python3 node perl ruby php"
)
_PATTERN_FIRST = _names("grep egrep rg sed awk jq yq perl select-string")
_COPIES = frozenset(["cp", "mv", "scp", "rsync", "copy-item"])
_PACKERS = _names("tar zip 7z cp scp rsync copy-item rclone gzip")
_DUMPS = ("os.environ)", "process.env)", "ENV.to_h", "getenv()")
_CREDENTIAL_WORDS = (
    ".aws/credentials",
    ".ssh/id_",
    "/etc/shadow",
    ".netrc",
    ".git-credentials",
    ".kube/config",
    ".docker/config.json",
)


def reads_credentials(run: Run) -> bool:
    """Whether it is given a file of keys, passwords or tokens to read, or a folder of them to pack."""
    if any(is_credential(word) for word in _given(run)):
        return True
    if run.program in INTERPRETERS and has(run.args, "-c", "-e", "-r"):
        return any(part in word for word in run.args for part in _CREDENTIAL_WORDS)
    return run.program in _PACKERS and any(map(is_credential_folder, _given(run)))


def _given(run: Run) -> list[str]:
    """The files that a reader is given."""
    words = positional(run.args)
    if run.program in ("scp", "sftp", "rsync", "curl"):
        key = value(run.args, "-i", "--key", "--cert")
        words = [word for word in words if word != key]
    if run.program in ("tar", "zip", "7z") and words and not words[0].startswith(("/", "~", "$", ".")):
        words = words[1:]
    if run.program in _PATTERN_FIRST:
        words = words[1:]
    if run.program in _COPIES:
        words = words[:-1]
    if run.program in ("curl", "wget"):
        words = [word.partition("@")[2].partition(";")[0] or word.removeprefix("file://") for word in run.args]
    if run.program == "dd":
        words = [word[3:] for word in run.args if word.startswith("if=")]
    return words


def dumps_environment(run: Run) -> bool:
    """Whether it prints all variables of the environment, or a file of them."""
    if run.program == "printenv":
        return not run.args
    if run.program in ("env", "set", "export"):
        return set(run.args) <= {"-0", "--null", "-p"} and run.program != "set"
    if run.program in ("get-childitem", "gci", "dir", "ls"):
        return any(word.lower() in ("env:", "env:\\", "env:*") for word in run.args)
    if run.program in READERS - {"source", "."} and any(map(is_environment, _given(run))):
        return True
    return run.program in INTERPRETERS and any(part in word for word in run.args for part in _DUMPS)
