"""Signed notes: the published vector, and what is none."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.audit.acts import Key

from llmsec_tui.audit.note import Verifier, parse, sign

VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
"""The example of Go's golang.org/x/mod/sumdb/note, from which the format comes."""


def test_the_published_note_is_signed_by_the_published_key() -> None:
    """And is read and written as it is published."""
    key = Verifier.parse(VKEY)
    assert (key.name, key.key_id, key.vkey) == ("PeterNeumann", "c74f20a3", VKEY)
    assert key.signed(parse(NOTE.encode()))


def test_a_change_of_any_byte_is_no_signed_note() -> None:
    """Of the text, of the line below it, or of both."""
    key, whole = Verifier.parse(VKEY), NOTE.encode()
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 0x01
        try:
            signed = key.signed(parse(bytes(changed)))
        except ValueError:
            continue
        assert not signed, f"byte {place}"


@pytest.mark.parametrize(
    ("vkey", "why"),
    [
        ("", "no verifier key"),
        ("PeterNeumann+c74f20a3", "no verifier key"),
        ("Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "no verifier key"),
        ("PeterNeumann+c74f20a3+AhpC", "no verifier key"),
        ("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "its hash is c74f20a3"),
        ("PeterNeumanm+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "its hash is"),
        ("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TX", "no verifier key|its hash is"),
    ],
)
def test_a_verifier_key_with_a_slip_is_refused(vkey: str, why: str) -> None:
    """People copy them by hand."""
    with pytest.raises(ValueError, match=why):
        Verifier.parse(vkey)


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), min_size=1))
def test_what_is_signed_is_read_back_and_holds(line: str) -> None:
    """Whatever the text, for this key and for no other."""
    key = Key()
    note = parse(sign(f"{line}\n", "log.example/x", key))
    assert note.text == f"{line}\n"
    assert Verifier("log.example/x", key.public).signed(note)
    assert not Verifier("log.example/y", key.public).signed(note)
    assert not Verifier("log.example/x", Key("other").public).signed(note)


def test_an_unknown_signature_beside_ours_does_no_harm() -> None:
    """Witnesses may add theirs."""
    key = Key()
    witness = b64encode(bytes(4) + b"x" * 72).decode()
    note = parse(sign("text\n", "log", key) + f"— witness {witness}\n".encode())
    assert [one.name for one in note.signatures] == ["log", "witness"]
    assert Verifier("log", key.public).signed(note)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"\n\n\xe2\x80\x94 log AAAAAAAA\n",
        b"text\n\n- log AAAAAAAA\n",
        b"text\n\n\xe2\x80\x94 log AAAA\n",
        b"text\n\n\xe2\x80\x94 log AAAAAAA\n",
        b"text\n\n\xe2\x80\x94 log AAAAAAAA",
        b"te\xff\n\n\xe2\x80\x94 log AAAAAAAA\n",
        b"te\x07xt\n\n\xe2\x80\x94 log AAAAAAAA\n",
    ],
)
def test_what_is_no_note_is_refused(data: bytes) -> None:
    """With a reason, never with another error."""
    with pytest.raises(ValueError, match=r"it is no|is no signature"):
        parse(data)
