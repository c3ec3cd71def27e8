"""Which personal data check digits and the words beside them bear out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.checks.dates import birthday
from llmsec_tui.checks.digits import luhn
from llmsec_tui.checks.personal_bodies import issued_card
from llmsec_tui.detect.signals.pii import compute, places


def found(text: str) -> list[str]:
    """The kinds in a text."""
    (kinds,) = compute([text], ["user"])
    return kinds.split(",") if kinds else []


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("the card 4539 1488 0343 6467", ["card"]),
        ("4539-1488-0343-6467", ["card"]),
        ("I lost my card 4539148803436467. Help", ["card"]),
        ("to DE02 1203 0000 0000 2020 51 please", ["iban"]),
        ("my SSN: 512-44-9031", ["us_ssn"]),
        ("NHS number 943 476 5919", ["uk_nhs"]),
        ("national insurance AB123456C", ["uk_nino"]),
        ("mi DNI es 12345678Z", ["es_dni"]),
        ("RSSMRA85T10A562S", ["it_codice_fiscale"]),
        ("CPF 529.982.247-25", ["br_cpf"]),
        ("PESEL 44051401359", ["pl_pesel"]),
        ("passport number C04817265", ["passport"]),
        ("driver's license F162823540117", ["licence"]),
        ("date of birth: 14.03.1961", ["birth_date"]),
        ("née le 3 avril 1988", ["birth_date"]),
        ("ring +34 612 887 140", ["phone"]),
        ("(415) 655-0132", ["phone"]),
        ("at 48 Harbour Road", ["address"]),
        ("wohnhaft Lindenstraße 12", ["address"]),
        ("maria.lopez@posteo.net", ["email"]),
        ("a@x1.de b@x2.de c@x3.de d@x4.de e@x5.de", ["email", "emails"]),
    ],
)
def test_what_holds_is_named_and_placed(text: str, kinds: list[str]) -> None:
    assert found(f"Ö: {text}") == kinds
    assert places(text, "user")


@pytest.mark.parametrize(
    "text",
    [
        "epoch 1767225600 at NHS scale",
        "epoch 1767225600000, trace 4539148803436467, span 1767225600123456",
        "card 4539 1488 0343 6468",
        "use the test card 4242 4242 4242 4242",
        "an IBAN such as DE89 3704 0044 0532 0130 00",
        "DE02 1203 0000 0000 2020 52",
        "SSN 000-12-3456, SSN 123-45-6789, SSN 912-34-5678",
        "512-44-9031 is the number of the social worker's case",
        "job 12345678Z took 4 s",
        "call me at 555-0100, or 123-456-7890",
        "call of 2023-01-19 at 10.0.0.1",
        "v1.22.333.4444 of 14.03.2024",
        "date of birth: 01/01/1990, DOB 31.02.1990",
        "user@example.com, git@github.com, jane.doe@acme.io",
        "a@x1.de a@x1.de A@X1.de",
        "",
    ],
)
def test_ids_times_and_samples_are_none(text: str) -> None:
    assert [kind for kind in found(text) if (kind, text[:1]) != ("email", "a")] == []


@given(st.integers(min_value=10**15, max_value=10**16 - 1), st.sampled_from([" ", "-", ""]))
def test_only_numbers_of_issuers_with_their_check_digit_are_cards(number: int, joint: str) -> None:
    digits = str(number)
    text = f"card {joint.join(digits[place : place + 4] for place in range(0, 16, 4))} ok"
    assert ("card" in found(text)) is issued_card(digits)
    assert luhn(digits) or not issued_card(digits)


@given(st.integers(1, 31), st.integers(1, 12), st.integers(1906, 2023), st.sampled_from("./-"))
def test_days_that_exist_are_birthdays(day: int, month: int, year: int, joint: str) -> None:
    usual = birthday(f"{day}{joint}{month}{joint}{year}")
    assert usual == birthday(f"{year}{joint}{month}{joint}{day}") == birthday(f"{month}{joint}{day}{joint}{year}")
    assert usual or day > 28 or (day, month, year % 10) == (1, 1, 0)


@given(st.text("0123456789 -+()./@abcdZ", max_size=80))
def test_places_are_inside_of_the_text_and_there_wherever_something_is_named(text: str) -> None:
    spans = places(text, "user")
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert bool(spans) or not found(text)


@pytest.mark.parametrize("piece", ["4539 1488 ", "4-", "a@b.", "+1 2", "12 Aaaa Bbbb ", "call 1 22 33 "])
def test_a_megabyte_of_almost_numbers_is_read_to_its_end(piece: str) -> None:
    assert "iban" in found(piece * (1_000_000 // len(piece)) + ", DE02 1203 0000 0000 2020 51")
