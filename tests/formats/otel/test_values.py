"""Typed values and ids lose what OTLP and SDKs wrap around them."""

from typing import Any

import pytest

from llmsec_tui.formats.otel.values import attributes_of, hex_id, unwrap


@pytest.mark.parametrize(
    ("wrapped", "plain"),
    [
        ({"stringValue": "x"}, "x"),
        ({"intValue": "-5"}, -5),
        ({"intValue": 5}, 5),
        ({"intValue": "five"}, "five"),
        ({"doubleValue": 0.5}, 0.5),
        ({"boolValue": False}, False),
        ({"arrayValue": {"values": [{"stringValue": "x"}, {"intValue": "1"}]}}, ["x", 1]),
        ({"arrayValue": {}}, []),
        ({"kvlistValue": {"values": [{"key": "a", "value": {"stringValue": "x"}}]}}, {"a": "x"}),
        ({"other": 1}, {"other": 1}),
        ("plain", "plain"),
    ],
)
def test_values_are_unwrapped(wrapped: Any, plain: Any) -> None:
    assert unwrap(wrapped) == plain


def test_attributes_may_be_pairs_or_an_object() -> None:
    assert attributes_of({"attributes": [{"key": "a", "value": {"stringValue": "x"}}, {"key": 5}, None]}) == {"a": "x"}
    assert attributes_of({"attributes": {"a": "x"}}) == {"a": "x"}
    assert attributes_of({}) == {}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("0x" + "AB" * 8, "ab" * 8),
        ("00" * 8, None),
        ("", None),
        (None, None),
        ("AAECAwQFBgc=", "0001020304050607"),
        ("not/base64!=", "not/base64!="),
        ("01fa9612-01b8-4358", "01fa9612-01b8-4358"),
    ],
)
def test_ids_are_hex_without_a_prefix(written: Any, read: str | None) -> None:
    assert hex_id(written) == read
