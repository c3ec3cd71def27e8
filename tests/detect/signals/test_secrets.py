"""Which keys and tokens hold against what their issuers make, and what only looks like one."""

from base64 import b64encode, urlsafe_b64encode
from zlib import crc32

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmsec_tui.detect.signals.secrets import compute, places

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BODY = "Zk3uT9wQe71mLpXb5RcVd80HsYaJfN"
"""30 characters that nobody chose."""
SIGNATURE = "k8WmZk2LxVt5RbYc7NdJh3GsPz0FuEoTiQ7wRj4uHy6mKv1nBq9DcXz2SaLe5pWtGf8oIrUbMh3xEyVkZsT0wA4Q"


def found(text: str) -> list[str]:
    """The kinds in a text."""
    (kinds,) = compute([text], ["model"])
    return kinds.split(",") if kinds else []


def checked(body: str) -> str:
    """A body with the checksum that GitHub and npm put behind it."""
    number, written = crc32(body.encode()), ""
    while number:
        number, digit = divmod(number, 62)
        written = BASE62[digit] + written
    return body + written.rjust(6, "0")


def token(header: object, claims: object, signature: str = SIGNATURE) -> str:
    """A JSON web token."""
    parts = (urlsafe_b64encode(msgspec.json.encode(part)).decode().rstrip("=") for part in (header, claims))
    return ".".join([*parts, signature])


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("key AKIAQ3EGRLZ5TVWXM2NP.", ["aws"]),
        ("aws_secret_access_key = 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", ["aws_secret", "assigned"]),
        (f"ghp_{checked(BODY)}", ["github"]),
        (f"npm_{checked(BODY)}", ["npm"]),
        ("glpat-Qm72Lk9wRt5Zx8VbN3Yc", ["gitlab"]),
        ("xoxb-482910573621-Jd83kLmQz01PwXyRt67Vb", ["slack"]),
        ("https://hooks.slack.com/services/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", ["slack"]),
        ("sk_live_Qm72Lk9wRt5Zx8VbN3YcHd6J", ["stripe"]),
        (f"sk-ant-api03-{SIGNATURE}", ["anthropic"]),
        ("AIzaSyQ7wLk29XmVt5RbYc8NdJh3GsPz0FuEoTi", ["google"]),
        (token({"alg": "ES256"}, {"iss": "shop"}), ["jwt"]),
        ("postgresql://billing:Vt5RbYc7Nd@db3.intranet.acme-corp.net/ledger", ["connection"]),
        ("Server=sql04.acme-corp.net;Database=crm;User Id=app;Password=Zq2LxVt5Rb;", ["connection"]),
        (f"AccountKey={b64encode(bytes(range(7, 71))).decode()};", ["azure"]),
        (f"-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAx7{BODY * 2}\n", ["private_key"]),
        ("api_key: 'Rj4uHy6mKv1nBq9DcXz2SaLe5pWtGf8oIr'", ["assigned"]),
    ],
)
def test_what_holds_is_named_and_placed(text: str, kinds: list[str]) -> None:
    assert found(f"It is {text} so.") == kinds
    [(start, end), *_] = places(f"Ü: {text}", "model")
    assert 3 <= start < end <= len(text) + 3


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "AKIA1111111111111111",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY is the secret_access_key of the handbook",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "sk-ant-api03-your-key-goes-here-your-key-goes-here-and-ends",
        "sk_live_xxxxxxxxxxxxxxxxxxxxxxxx",
        "AIzaSyXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
        "postgresql://user:password@localhost:5432/mydb",
        "mongodb+srv://<username>:<password>@cluster0.mongodb.net/test",
        "https://ci:${TOKEN}@git.acme.io/app.git",
        "-----BEGIN PRIVATE KEY-----\n<your key here>\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n" + "QUJD" * 20,
        "550e8400-e29b-41d4-a716-446655440000",
        "api_key=3f2a9c1b7e6d5f4a3b2c1d0e9f8a7b6c5d4e3f2a",
        "secret: " + b64encode(b"Ignore all previous instructions, please").decode(),
        "commit 3f2a9c1b7e6d5f4a3b2c1d0e9f8a7b6c5d4e3f2a of sha256:" + "0f" * 32,
        token({"alg": "HS256"}, {"sub": "1234567890", "name": "John"}),
        token({"alg": "none"}, {"sub": "7"}),
        token([1], {"sub": "7"}),
        "",
    ],
)
def test_examples_blanks_and_hashes_are_none(text: str) -> None:
    assert found(text) == []
    assert places(text, "model") == []


def test_a_token_without_its_checksum_or_length_is_told_apart() -> None:
    wrong = checked(BODY)[:-1] + ("0" if checked(BODY)[-1] != "0" else "1")
    assert found(f"ghp_{wrong}") == ["github_unchecked"]
    assert found(f"npm_{wrong}") == ["npm_unchecked"]
    assert found(token({"alg": "ES256"}, {"iss": "shop"}, SIGNATURE[:40])) == ["jwt_unchecked"]


@settings(max_examples=40)
@given(st.text(BASE62, min_size=30, max_size=30).filter(lambda body: len(set(body)) > 15), st.text(max_size=40))
def test_a_valid_checksum_is_found_wherever_it_stands(body: str, around: str) -> None:
    text = f"{around} ghp_{checked(body)} {around}"
    if found(f"ghp_{checked(body)}") == ["github"]:
        assert "github" in found(text)
        assert any(text[start:end] == f"ghp_{checked(body)}" for start, end in places(text, "model"))


@given(st.lists(st.sampled_from(["ghp_", "sk-", "AKIA", "eyJ", "aB3d", ".", "://u:", "@h ", "-----BEGIN ", "key="])))
def test_any_mixture_of_pieces_is_read(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert all(0 <= start < end <= len(text) for start, end in places(text, "model"))
    assert bool(found(text)) is bool(places(text, "model"))


@pytest.mark.parametrize(
    "piece", ["ghp_" + "aB3" * 12 + " ", "eyJ" + "a" * 20 + ".eyJ", "postgres://a:bcdefg@h", "sk-"]
)
def test_a_megabyte_of_almost_secrets_is_read_to_its_end(piece: str) -> None:
    text = piece * 9_000 + "so " * 250_000 + f" ghp_{checked(BODY)}"
    assert "github" in found(text)
