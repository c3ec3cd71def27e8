"""What a path in a command line leads to: credentials, an agent's configuration, what starts by itself."""

from llmsec_tui.detect.signals.shell.names import names as _names

_HOMES = ("~/", "$home/", "${home}/", "$env:userprofile/", "%userprofile%/", "/root/", "$home", "~")
_KEYS = frozenset(("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_ed25519_sk", "id_ecdsa_sk"))
_ENDINGS = (
    *(".aws/credentials", ".docker/config.json", ".kube/config", "application_default_credentials.json"),
    *(".config/gh/hosts.yml", ".claude/.credentials.json", ".codex/auth.json", ".gemini/oauth_creds.json"),
    *(".terraform.d/credentials.tfrc.json", ".cargo/credentials.toml", "serviceaccount/token", "krb5.keytab"),
    *(
        "/etc/shadow",
        "/etc/gshadow",
        "/etc/master.passwd",
        "config/sam",
        "ntds.dit",
        "wallet.dat",
        ".azure/accesstokens.json",
    ),
    *(".azure/msal_token_cache.json", "/login data", "cookies.sqlite", "key4.db", "logins.json", "login.keychain-db"),
    *(".git-credentials", ".netrc", ".pypirc", ".pgpass", ".my.cnf", ".vault-token", ".config/gcloud/credentials.db"),
)
_OF_HOME = (".npmrc", ".yarnrc.yml", ".config/rclone/rclone.conf", ".s3cfg", ".boto")
_FOLDERS = (".ssh", ".aws", ".gnupg", ".kube", ".config/gcloud", ".azure", ".docker", ".password-store", ".mozilla")
_ENVIRONMENTS = frozenset((".env", ".env.local", ".env.production", ".env.prod", ".env.staging", ".envrc"))

_AGENT_SETTINGS = (
    *(".claude/settings.json", ".claude/settings.local.json", ".claude.json", ".mcp.json", "mcp_config.json"),
    *(".cursor/mcp.json", ".vscode/mcp.json", ".vscode/settings.json", ".codex/config.toml", ".gemini/settings.json"),
    *("claude_desktop_config.json", "cline_mcp_settings.json", ".aider.conf.yml", ".continue/config.json"),
)
_AGENT_FOLDERS = (".claude/hooks/", ".claude/agents/", ".claude/commands/", ".claude/skills/", ".cursor/rules/")
_INSTRUCTIONS = frozenset(
    ("claude.md", "agents.md", "gemini.md", "copilot-instructions.md", ".cursorrules", ".windsurfrules", ".clinerules")
)

_STARTING = (
    "/etc/cron",
    "/etc/rc.local",
    "/etc/ld.so.preload",
    "/etc/systemd/system/",
    "/etc/profile.d/",
    "/etc/init.d/",
)
_STARTING_PARTS = ("/.ssh/authorized_keys", "/.config/autostart/", "/library/launchagents/", "/library/launchdaemons/")
_LOGIN_SCRIPTS = frozenset((".bashrc", ".zshrc", ".profile", ".bash_profile", ".zprofile", ".zshenv", ".bash_login"))
_HISTORIES = frozenset(
    (".bash_history", ".zsh_history", ".python_history", ".mysql_history", ".psql_history", ".history")
)
_LOGS = ("auth.log", "syslog", "secure", "audit", "wtmp", "btmp", "lastlog", "messages", "journal", "*", "kern.log")
_SYSTEM = _names(
    "etc usr var bin sbin home root boot lib lib64 opt srv sys dev mnt data users system library applications"
)
_WHOLE_HOME = frozenset(("~", "$home", "${home}", "%userprofile%", "$env:userprofile", "/root", "/home", "/users"))
_DRIVES = frozenset(("windows", "users", "program files", "programdata"))
_DISKS = ("sd", "nvme", "hd", "vd", "xvd", "disk", "mmcblk", "mapper")


def plain(path: str) -> str:
    """A path in lower case with ``/``, without quotes and a scheme."""
    found = path.strip("'\"").replace("\\", "/").lower()
    return found.removeprefix("file://").removeprefix("@")


def is_credential(path: str) -> bool:
    """Whether a file there holds keys, passwords or tokens."""
    found = plain(path)
    name = found.rsplit("/", 1)[-1]
    if name in _KEYS or (name.startswith("id_") and "/.ssh/" in found and not name.endswith(".pub")):
        return True
    if found.endswith(_ENDINGS):
        return True
    if found.startswith("/proc/") and found.endswith("/environ"):
        return True
    if "/.gnupg/" in found and name.startswith(("private", "secring")):
        return True
    return found.endswith(_OF_HOME) and is_in_home(found)


def is_credential_folder(path: str) -> bool:
    """Whether a folder there holds such files."""
    found = plain(path).rstrip("/*")
    return found.endswith(tuple("/" + name for name in _FOLDERS)) and is_in_home(found)


def is_in_home(path: str) -> bool:
    """Whether it is below somebody's home folder; the path is plain."""
    return path.startswith(_HOMES) or path.startswith(("/home/", "/users/", "c:/users/"))


def is_environment(path: str) -> bool:
    """Whether it is a file of variables for a program, as a rule with its secrets."""
    return plain(path).rsplit("/", 1)[-1] in _ENVIRONMENTS


def is_agent_setting(path: str) -> bool:
    """Whether it decides what an agent may do, or what runs beside it."""
    found = "/" + plain(path)
    return found.endswith(tuple("/" + name for name in _AGENT_SETTINGS)) or any(
        part in found for part in _AGENT_FOLDERS
    )


def is_agent_instruction(path: str) -> bool:
    """Whether an agent reads its standing instructions there."""
    return plain(path).rsplit("/", 1)[-1] in _INSTRUCTIONS


def starts_by_itself(path: str) -> bool:
    """Whether what is written there is run later, by a clock, a login or a start."""
    found = plain(path)
    return (
        found.startswith(_STARTING) or any(part in found for part in _STARTING_PARTS) or "/.git/hooks/" in "/" + found
    )


def is_login_script(path: str) -> bool:
    """Whether a login shell reads it; programs add to it all the time."""
    return plain(path).rsplit("/", 1)[-1] in _LOGIN_SCRIPTS


def is_trace(path: str) -> bool:
    """Whether it is a shell's history or a system's log."""
    found = plain(path)
    if found.rsplit("/", 1)[-1] in _HISTORIES:
        return True
    return found.startswith("/var/log/") and found.removeprefix("/var/log/").startswith(_LOGS)


def is_whole(path: str) -> bool:
    """Whether it is a root, a home, a system folder or a drive, and no part of one."""
    found = plain(path)
    bare = found.rstrip("*").rstrip("/")
    if bare in _WHOLE_HOME or (not bare and found.startswith("/")):
        return True
    if found.startswith("/"):
        return bare[1:] in _SYSTEM
    if found[1:2] == ":":
        return bare[2:].strip("/") in _DRIVES or not bare[2:].strip("/")
    return bare in ("%systemroot%", "$env:systemroot")


def is_disk(path: str) -> bool:
    """Whether it is a disk's own device."""
    return path.startswith("/dev/") and path.removeprefix("/dev/").startswith(_DISKS)


def is_system(path: str) -> bool:
    """Whether it is, or is below, a folder of the operating system."""
    found = plain(path)
    return is_whole(path) or (
        found.startswith("/") and found[1:].split("/", 1)[0] in _SYSTEM - {"home", "users", "data", "mnt"}
    )
