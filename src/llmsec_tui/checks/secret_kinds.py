"""The kinds of secrets that can be told by their own form: where to look, what it looks like, and what must hold.

Patterns are RE2 over UTF-8. One with a group means what is in the group. Every repetition is bounded.
"""

from collections.abc import Callable

from llmsec_tui.checks import secret_bodies as bodies
from llmsec_tui.checks.kind import Kind
from llmsec_tui.checks.passwords import password_in_address, password_of_server
from llmsec_tui.checks.randomness import looks_random

_END = rb"(?:[^A-Za-z0-9_-]|\z)"
_DATABASES = (
    rb"(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql|sqlserver|clickhouse|snowflake|s?ftp|"
    rb"https?|smtps?|ldaps?)(?:\+[a-z0-9]{1,12})?"
)


def _secret(
    name: str, hints: tuple[str, ...], pattern: bytes, holds: Callable[[str], bool] = bodies.random_body
) -> Kind:
    return Kind(name, hints, pattern, holds)


KINDS = (
    _secret(
        "aws",
        ("akia", "asia", "abia", "acca"),
        rb"\b((?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})\b",
        bodies.aws_key_id,
    ),
    _secret(
        "aws_secret",
        ("secret_access_key", "secretaccesskey", "aws_secret"),
        rb"""(?i)(?:aws_)?secret_?(?:access_?)?key["'\\]{0,3} ?[=:] ?["'\\]{0,3}([A-Za-z0-9+/]{40})"""
        rb"""(?:[^A-Za-z0-9+/=]|\z)""",
        looks_random,
    ),
    _secret(
        "github", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), rb"\b(gh[pousr]_[A-Za-z0-9]{36})\b", bodies.checked_by_crc
    ),
    _secret(
        "github_unchecked",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
        rb"\b(gh[pousr]_[A-Za-z0-9]{36,255})\b",
        bodies.unchecked,
    ),
    _secret("github", ("github_pat_",), rb"\bgithub_pat_([A-Za-z0-9]{22}_[A-Za-z0-9]{59})\b"),
    _secret("gitlab", ("glpat-", "gldt-", "glrt-"), rb"\bgl(?:pat|dt|rt)-([A-Za-z0-9_.-]{20,300})"),
    _secret(
        "slack", ("xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-"), rb"\bxox[abprs]-[0-9]{9,14}-([A-Za-z0-9-]{14,200})"
    ),
    _secret("slack", ("xapp-",), rb"\bxapp-[0-9]-[A-Z0-9]{9,14}-[0-9]{9,14}-([a-f0-9]{40,80})\b"),
    _secret(
        "slack",
        ("hooks.slack.com",),
        rb"hooks\.slack\.com\\?/services\\?/T[A-Z0-9]{7,12}\\?/B[A-Z0-9]{7,12}\\?/([A-Za-z0-9]{20,40})",
    ),
    _secret("discord", ("api/webhooks/",), rb"discord(?:app)?\.com/api/webhooks/[0-9]{17,20}/([A-Za-z0-9_-]{60,80})"),
    _secret(
        "discord",
        ("discord",),
        rb"(?:[^A-Za-z0-9_.-]|\A)([MNO][A-Za-z0-9_-]{22,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40})" + _END,
        bodies.bot_token,
    ),
    _secret("telegram", (":aa",), rb"\b[0-9]{8,10}:(AA[A-Za-z0-9_-]{33})" + _END, bodies.with_digit_and_cases),
    _secret("stripe", ("k_live_",), rb"\b[sr]k_live_([A-Za-z0-9]{24,120})\b"),
    _secret("stripe", ("whsec_",), rb"\bwhsec_([A-Za-z0-9+/]{32,64})", bodies.with_digit_and_cases),
    _secret(
        "openai",
        ("t3blbkfj",),
        rb"\bsk-(?:(?:proj|svcacct|admin|None)-)?([A-Za-z0-9_-]{20,90}T3BlbkFJ[A-Za-z0-9_-]{20,90})",
    ),
    _secret(
        "openai",
        ("sk-proj-", "sk-svcacct-", "sk-admin-"),
        rb"\bsk-(?:proj|svcacct|admin)-([A-Za-z0-9_-]{60,180})",
        bodies.with_digit_and_cases,
    ),
    _secret(
        "anthropic", ("sk-ant-",), rb"\bsk-ant-[a-z]{3,5}[0-9]{2}-([A-Za-z0-9_-]{40,120})", bodies.with_digit_and_cases
    ),
    _secret("openrouter", ("sk-or-v1-",), rb"\bsk-or-v1-([a-f0-9]{64})\b"),
    _secret("huggingface", ("hf_",), rb"\bhf_([A-Za-z]{34})\b"),
    _secret("groq", ("gsk_",), rb"\bgsk_([A-Za-z0-9]{52})\b", bodies.with_digit_and_cases),
    _secret("xai", ("xai-",), rb"\bxai-([A-Za-z0-9]{70,90})\b", bodies.with_digit_and_cases),
    _secret("nvidia", ("nvapi-",), rb"\bnvapi-([A-Za-z0-9_-]{40,80})", bodies.with_digit_and_cases),
    _secret("replicate", ("r8_",), rb"\br8_([A-Za-z0-9]{37})\b", bodies.with_digit_and_cases),
    _secret("perplexity", ("pplx-",), rb"\bpplx-([A-Za-z0-9]{48})\b", bodies.with_digit_and_cases),
    _secret("google", ("aiza",), rb"\bAIza([A-Za-z0-9_-]{35})" + _END),
    _secret("google", ("gocspx-",), rb"\bGOCSPX-([A-Za-z0-9_-]{28})" + _END),
    _secret("google", ("ya29.",), rb"\bya29\.([A-Za-z0-9_-]{40,})", bodies.with_digit_and_cases),
    _secret("npm", ("npm_",), rb"\b(npm_[A-Za-z0-9]{36})\b", bodies.checked_by_crc),
    _secret("npm_unchecked", ("npm_",), rb"\b(npm_[A-Za-z0-9]{36})\b", bodies.unchecked),
    _secret("pypi", ("pypi-age",), rb"\b(pypi-AgE[A-Za-z0-9_-]{50,300})", bodies.macaroon),
    _secret("rubygems", ("rubygems_",), rb"\brubygems_([a-f0-9]{48})\b"),
    _secret("docker", ("dckr_pat_",), rb"\bdckr_pat_([A-Za-z0-9_-]{27})" + _END),
    _secret("digitalocean", ("dop_v1_", "doo_v1_"), rb"\bdo[op]_v1_([a-f0-9]{64})\b"),
    _secret("shopify", ("shpat_", "shpss_", "shpca_"), rb"\bshp(?:at|ss|ca)_([a-fA-F0-9]{32})\b"),
    _secret("sendgrid", ("sg.",), rb"\bSG\.([A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43})" + _END, bodies.with_digit_and_cases),
    _secret("vault", ("hvs.", "hvb."), rb"\bhv[sb]\.([A-Za-z0-9_-]{24,200})", bodies.with_digit_and_cases),
    _secret("databricks", ("dapi",), rb"\bdapi([a-f0-9]{32})(?:-[0-9])?\b"),
    _secret("grafana", ("glsa_",), rb"\bglsa_([A-Za-z0-9]{32}_[a-f0-9]{8})\b"),
    _secret("postman", ("pmak-",), rb"\bPMAK-([a-f0-9]{24}-[a-f0-9]{34})\b"),
    _secret("linear", ("lin_api_",), rb"\blin_api_([A-Za-z0-9]{40})\b"),
    _secret("atlassian", ("atatt3",), rb"\bATATT3([A-Za-z0-9_=-]{150,220})"),
    _secret("age", ("age-secret-key-1",), rb"\bAGE-SECRET-KEY-1([02-9AC-HJ-NP-Z]{58})\b"),
    _secret(
        "jwt", ("eyj",), rb"\b(eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{20,})", bodies.json_web_token
    ),
    _secret(
        "jwt_unchecked",
        ("eyj",),
        rb"\b(eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{20,})",
        bodies.json_web_token_of_odd_length,
    ),
    _secret(
        "private_key",
        ("private key",),
        rb"(-----BEGIN (?:[A-Z]{2,10} )?PRIVATE KEY(?: BLOCK)?-----(?:\s|\\[nr]){1,8}"
        rb"(?:[A-Za-z0-9-]{2,20}: [^\n\\]{1,80}(?:\s|\\[nr]){1,8}){0,4}[A-Za-z0-9+/=\s\\]{40,400})",
        bodies.private_key,
    ),
    _secret("azure", ("accountkey=",), rb"(?i)AccountKey=([A-Za-z0-9+/]{86}==)", bodies.storage_key),
    _secret("azure", ("sig=",), rb"[?&]s[vr]=[^\s\"'<>]{4,400}&sig=([A-Za-z0-9%/+]{40,80}(?:=|%3[Dd]))"),
    _secret(
        "connection",
        ("://",),
        rb"\b(?i:" + _DATABASES + rb")(://[^\s:/@\"'<>]{0,80}:[^\s/@\"'<>]{3,200}@[A-Za-z0-9.\[:-]{1,200})",
        password_in_address,
    ),
    _secret(
        "connection",
        ("password=", "pwd="),
        rb"(?i)\b((?:server|data source|host|addr)=[^;\"\n]{3,100};[^\"\n]{0,200}\b(?:password|pwd)=[^;\"'\s]{4,100})",
        password_of_server,
    ),
    _secret(
        "assigned",
        ("key", "secret", "token", "passw", "credential"),
        rb"""(?i)(?:api|access|auth|client|private|secret|signing|encryption|service|bearer|session|webhook)[_-]?"""
        rb"""(?:key|secret|token|password|passwd|credential)s?["'\\]{0,3} {0,3}(?::=|=>|[:=]) {0,3}["'\\]{0,3}"""
        rb"""([A-Za-z0-9+/_.-]{24,200}={0,2})(?:[^A-Za-z0-9+/_.-]|\z)""",
        bodies.assigned,
    ),
)
"""In the order in which they are named."""
