"""What personal data and secrets look like: patterns in RE2 over UTF-8, and what must hold for what they find.

A pattern with a group means what is in the group. Order decides what a text is called that two shapes claim.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from llmsec_tui.checks import national_ids, randomness
from llmsec_tui.checks.numbers_in_groups import cards, ibans


def _always(_: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of thing that is masked."""

    what: str
    """What its mark says."""
    pattern: bytes
    holds: Callable[[str], bool] = _always
    within: Callable[[str], Iterable[tuple[int, int]]] | None = None
    """Where a pattern finds more than what is meant: the places in it that are."""


_VALUE = rb"""["']?\s*(?::=|=>|[:=])\s*["']?([^\s"',;&<>]{"""

SECRETS = (
    Shape(
        "key", rb"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----(?s:.*?)(?:-----END [A-Z ]*PRIVATE KEY[A-Z ]*-----|\z)"
    ),
    Shape("token", rb"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*", randomness.json_web_token),
    Shape("key", rb"\b(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA)[A-Z0-9]{16}\b"),
    Shape("key", rb"\bsk-(?:ant-|proj-|svcacct-|or-v1-)?[A-Za-z0-9_-]{16,}"),
    Shape("key", rb"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,}|glpat-[A-Za-z0-9_-]{18,})"),
    Shape("key", rb"\b(?:xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,})"),
    Shape("key", rb"\b(?:AIza[A-Za-z0-9_-]{35}|ya29\.[A-Za-z0-9_-]{20,}|GOCSPX-[A-Za-z0-9_-]{20,})"),
    Shape("key", rb"\b(?:hf_[A-Za-z0-9]{30,}|npm_[A-Za-z0-9]{36}|pypi-AgE[A-Za-z0-9_-]{20,}|dop_v1_[a-f0-9]{64})"),
    Shape("key", rb"\b(?:[sr]k_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/]{24,}|gsk_[A-Za-z0-9]{40,})"),
    Shape(
        "key", rb"\b(?:SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|lin_api_[A-Za-z0-9]{30,}|nvapi-[A-Za-z0-9_-]{40,})"
    ),
    Shape("password", rb"\b[a-z][a-z0-9+.-]*://[^\s/:@]*:([^\s/@]+)@"),
    Shape("token", rb"(?i)\b(?:bearer|basic)\s+([A-Za-z0-9._~+/-]{16,}=*)", randomness.credential),
    Shape("password", rb"(?i)(?:password|passwd|passphrase|pwd)" + _VALUE + rb"4,})", randomness.secret_value),
    Shape("password", rb"""(?i)\b(?:password|passphrase)\s+is\s+["']?([^\s"',;]{4,})""", randomness.credential),
    Shape(
        "key",
        rb"(?i)(?:secret|token|api[_-]?key|access[_-]?key|private[_-]?key|auth)" + _VALUE + rb"8,})",
        randomness.credential,
    ),
    Shape("key", rb"\b[A-Za-z0-9+/_-]{32,}={0,2}", randomness.looks_random),
)
PERSONAL = (
    Shape("email", rb"[A-Za-z0-9._%+'-]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}\b"),
    Shape("iban", rb"\b[A-Za-z]{2}[0-9]{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,3})?\b", within=ibans),
    Shape("card", rb"\b[0-9](?:[ -]?[0-9]){12,}\b", within=cards),
    Shape("id", rb"\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b", national_ids.social_security),
    Shape("id", rb"\b(?:[0-9]{3} [0-9]{3} [0-9]{4}|[0-9]{3}-[0-9]{3}-[0-9]{4})\b", national_ids.nhs),
    Shape("id", rb"\b(?:[0-9]{8}|[XYZ]-?[0-9]{7})-?[A-HJ-NP-TV-Z]\b", national_ids.dni),
    Shape(
        "id",
        rb"\b[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPR-T][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]\b",
        national_ids.codice_fiscale,
    ),
    Shape(
        "id",
        rb"\b[12] ?[0-9]{2} ?(?:0[1-9]|1[0-2]) ?(?:[0-9]{2}|2[AB]) ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}\b",
        national_ids.nir,
    ),
    Shape("id", rb"\b[0-9]{11}\b", national_ids.pesel),
    Shape("id", rb"\b(?:[0-9]{2}){3,4}[-+][0-9]{4}\b", national_ids.personnummer),
    Shape("id", rb"\b[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}\b", national_ids.cpf),
    Shape("id", rb"\b756\.?[0-9]{4}\.?[0-9]{4}\.?[0-9]{2}\b", national_ids.ahv),
    Shape("id", rb"\b[2-9][0-9]{3} [0-9]{4} [0-9]{4}\b", national_ids.aadhaar),
    Shape("id", rb"\b[1-9][0-9] ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}\b", national_ids.steuer_id),
    Shape("id", rb"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]\b"),
    Shape("phone", rb"(?:\+[1-9]|\b00[1-9][0-9]{0,2}[ ()./-])(?:[ ()./-]{0,2}[0-9]){7,14}\b"),
    Shape("phone", rb"(?:\(\d{3}\) ?|\b\d{3}[-. ])\d{3}[-. ]\d{4}\b"),
)
"""``id`` is a number that a state gives to a person; the one without a check is the United Kingdom's NINO."""
SHAPES = (*SECRETS, *PERSONAL)
