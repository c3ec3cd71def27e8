"""What a program does to a cloud or a code host: use it, destroy in it, stop its logs, publish."""

from llmsec_tui.detect.signals.shell.names import names as _names
from llmsec_tui.detect.signals.shell.options import has, positional, value
from llmsec_tui.detect.signals.shell.running import Run

CLOUD = _names("aws gcloud az kubectl helm terraform tofu pulumi gsutil doctl flyctl heroku vercel oci ibmcloud")
_AWS_DELETES = _names(
    "delete-db-instance delete-db-cluster terminate-instances delete-table delete-bucket delete-stack "
    "delete-user delete-vpc delete-cluster delete-snapshot schedule-key-deletion delete-file-system "
    "delete-backup-vault"
)
_KUBE = _names(
    "ns namespace namespaces pv pvc pvcs deployment deployments all node nodes crd crds statefulset statefulsets"
)
_AWS_BLINDS = _names(
    "stop-logging delete-trail delete-log-group delete-log-stream "
    "delete-model-invocation-logging-configuration delete-guardrail delete-guardrail-version delete-flow-logs "
    "disable-alarm-actions delete-detector stop-configuration-recorder delete-configuration-recorder "
    "delete-web-acl put-event-selectors"
)
_TELEMETRY = {"CLAUDE_CODE_ENABLE_TELEMETRY": ("0", "false", ""), "OTEL_SDK_DISABLED": ("true", "1")}
_EXPORTERS = ("OTEL_LOGS_EXPORTER", "OTEL_TRACES_EXPORTER", "OTEL_METRICS_EXPORTER")


_VALUED = ("-n", "--namespace", "--context", "--profile", "--region", "--project", "--subscription", "-C", "--cluster")


def _given(run: Run) -> list[str]:
    return positional(run.args, *_VALUED)


def destroys_cloud(run: Run) -> bool:
    """Whether it deletes an infrastructure, a store, a project or a namespace without asking."""
    program, args, names = run.program, run.args, _given(run)
    if program in ("terraform", "tofu"):
        return "-auto-approve" in args and (names[:1] == ["destroy"] or (names[:1] == ["apply"] and "-destroy" in args))
    if program == "pulumi":
        return names[:1] == ["destroy"] and has(args, "--yes", "-y")
    if program == "kubectl":
        kind = names[1].split("/", 1)[0] if names[:1] == ["delete"] and len(names) > 1 else ""
        return kind in _KUBE and (len(names) > 2 or "/" in names[1] or has(args, "--all"))
    if program == "aws":
        if names[:2] == ["s3", "rb"]:
            return "--force" in args
        if names[:2] == ["s3", "rm"]:
            return "--recursive" in args and any(word.count("/") <= 3 for word in names[2:3])
        return any(word in _AWS_DELETES for word in names[1:2])
    if program == "gcloud":
        return "delete" in names and has(args, "--quiet", "-q")
    if program == "gsutil":
        return "rm" in names[:1] and has(args, "-r") and any(word.rstrip("/*").count("/") == 2 for word in names[1:])
    if program == "az":
        return names[:2] == ["group", "delete"]
    return program == "gh" and names[:2] == ["repo", "delete"]


def stops_logging(run: Run) -> bool:
    """Whether it switches off what would tell of it: a cloud's logs, a guardrail, an agent's own telemetry."""
    program, names = run.program, _given(run)
    if program == "aws":
        return any(word in _AWS_BLINDS for word in names[1:2])
    if program == "gcloud":
        return names[:3] == ["logging", "sinks", "delete"] or names[:3] == ["logging", "logs", "delete"]
    if program == "az":
        return names[:3] == ["monitor", "diagnostic-settings", "delete"]
    words = [word.partition("=") for word in run.args] if program in ("export", "setx", "declare") else []
    told = [*run.assigned, *((name, text) for name, equals, text in words if equals)]
    return any(
        text.lower() in _TELEMETRY.get(name, ()) or (name in _EXPORTERS and text == "none") for name, text in told
    )


def logs_in(run: Run) -> bool:
    """Whether it takes up a login with a key that stands in the command, and not with the machine's own."""
    program, args, names = run.program, run.args, _given(run)
    if any(_is_key(name) and text for name, text in run.assigned):
        return program in CLOUD or program in ("git", "gh", "npm", "docker", "psql", "mysql")
    if program in ("export", "declare", "setx"):
        return any(_is_key(word.partition("=")[0]) and len(word.partition("=")[2]) > 8 for word in args)
    if program == "aws":
        return names[:2] == ["configure", "set"] and any(_is_key(word.upper()) for word in names[2:3])
    if program == "gcloud":
        return names[:2] == ["auth", "activate-service-account"]
    if program == "az":
        return names[:1] == ["login"] and has(args, "--service-principal")
    if program in ("docker", "podman", "helm"):
        return "login" in names[:2] and has(args, "-p", "--password", "--password-stdin")
    if program == "gh":
        return names[:2] == ["auth", "login"] and has(args, "--with-token")
    return program == "npm" and names[:2] == ["config", "set"] and any("_authtoken" in word.lower() for word in args)


def _is_key(name: str) -> bool:
    return name.endswith(
        ("_ACCESS_KEY", "_ACCESS_KEY_ID", "_SESSION_TOKEN", "_TOKEN", "_API_KEY", "PGPASSWORD", "_SECRET")
    )


def asks_secret_store(run: Run) -> bool:
    """Whether it has a secret manager, a keychain or a login give out a value."""
    program, args, names = run.program, run.args, _given(run)
    if program == "aws":
        opened = names[:2] == ["ssm", "get-parameter"] and has(args, "--with-decryption")
        return opened or names[:2] in (["secretsmanager", "get-secret-value"], ["sts", "get-session-token"])
    if program == "gcloud":
        return names[:3] == ["secrets", "versions", "access"] or names[:2] == ["auth", "print-access-token"]
    if program == "az":
        return names[:3] == ["keyvault", "secret", "show"] or names[:2] == ["account", "get-access-token"]
    if program == "kubectl":
        return names[:2] in (["get", "secret"], ["get", "secrets"]) and bool(value(args, "-o", "--output"))
    if program == "vault":
        return names[:2] == ["kv", "get"] or names[:1] == ["read"]
    if program == "security":
        found = names[:1] in (["find-generic-password"], ["find-internet-password"])
        return found or names[:1] == ["dump-keychain"]
    return (program, *names[:2]) in _ASKS or (program, *names[:1]) in _ASKS


_ASKS = frozenset(
    (
        *(("op", "read"), ("op", "item", "get"), ("gh", "auth", "token"), ("git", "credential", "fill")),
        *(("secret-tool", "lookup"), ("pass", "show"), ("bw", "get"), ("doppler", "secrets"), ("lpass", "show")),
    )
)


def publishes(run: Run) -> bool:
    """Whether it puts something where others fetch it: a push, a package, a merge."""
    names = _given(run)
    return (run.program, *names[:1]) in _PUBLISHES or (run.program, *names[:2]) in _PUBLISHES


_PUBLISHES = frozenset(
    (
        *(("git", "push"), ("npm", "publish"), ("pnpm", "publish"), ("yarn", "publish"), ("twine", "upload")),
        *(("cargo", "publish"), ("gem", "push"), ("docker", "push"), ("podman", "push"), ("gh", "pr", "merge")),
        *(("gh", "release", "create"), ("uv", "publish"), ("poetry", "publish"), ("helm", "push")),
    )
)
