"""Hold numbers of people against what is given out: issuers, lengths, ranges, and what documentation uses."""

from collections.abc import Iterator

from llmsec_tui.checks.digits import digits, luhn
from llmsec_tui.checks.numbers_in_groups import cards, ibans

_TEST_CARDS = (
    *("411111111111", "424242424242", "4012888888881881", "400000000000", "555555555555", "510510510510", "222300"),
    *(
        "378282246310005",
        "371449635398431",
        "378734493671000",
        "6011111111111117",
        "6011000990139424",
        "30569309025904",
    ),
    *("38520000023237", "3530111333300000", "3566002020360505", "123456789012", "453212345678", "520082828282"),
    *("1234123412341234", "4000056655665556", "6011000000000004", "4222222222222", "62000000000000", "676770000000"),
)
"""What issuers and payment services publish for tests, or what they begin with."""
_IBAN_SAMPLES = (
    *("DE89370400440532013000", "GB29NWBK60161331926819", "GB82WEST12345698765432", "GB33BUKB20201555555555"),
    *("FR1420041010050500013M02606", "FR7630006000011234567890189", "CH9300762011623852957", "NL91ABNA0417164300"),
    *("ES9121000418450200051332", "IT60X0542811101000000123456", "BE68539007547034", "AT611904300234573201"),
    *(
        "IE29AIBK93115212345678",
        "PT50000201231234567890154",
        "SE4550000000058398257466",
        "PL61109010140000071219812874",
    ),
    *("DE75512108001245126199", "GB94BARC10201530093459", "GB15MIDL40051512345678"),
)
"""Of the IBAN registry and of what everybody copies."""
_SSN_SAMPLES = frozenset({"078-05-1120", "219-09-9999", "123-45-6789", "457-55-5462", "111-22-3333", "987-65-4321"})
_SAMPLE_DOMAINS = (
    "example",
    "test",
    "invalid",
    "localhost",
    "domain",
    "email",
    "company",
    "yourcompany",
    "mail",
    "site",
)
_SAMPLE_NAMES = (
    "user",
    "name",
    "you",
    "your",
    "example",
    "test",
    "foo",
    "bar",
    "noreply",
    "no-reply",
    "git",
    "someone",
)
_ISSUERS = (
    (13, 16, 19, 4, 4),
    (16, 51, 55),
    (16, 2221, 2720),
    (15, 34, 34),
    (15, 37, 37),
    (14, 300, 305),
    (14, 36, 36),
    (14, 38, 39),
    (16, 6011, 6011),
    (16, 644, 649),
    (16, 65, 65),
    (16, 3528, 3589),
    (16, 17, 18, 19, 62, 62),
    (15, 2131, 2131),
    (15, 1800, 1800),
    (12, 13, 14, 15, 16, 17, 18, 19, 50, 50),
    (12, 13, 14, 15, 16, 17, 18, 19, 56, 58),
    (12, 13, 14, 15, 16, 17, 18, 19, 6304, 6304),
    (12, 13, 14, 15, 16, 17, 18, 19, 6759, 6763),
)
"""Lengths, then the first and the last of a range of prefixes (ISO/IEC 7812 issuers, as the networks publish them)."""


def issued_card(text: str) -> bool:
    """A payment card: of an issuer's range and length, with its check digit, and none of those made for tests."""
    number = digits(text)
    if not luhn(number) or len(set(number)) < 4 or number.startswith(_TEST_CARDS):
        return False
    return any(_is_of(number, *issuer) for issuer in _ISSUERS)


def grouped_cards(text: str) -> Iterator[tuple[int, int]]:
    """Those of :func:`issued_card` that are written in groups, among other numbers beside them."""
    for start, end in cards(text):
        if not text[start:end].isdigit() and issued_card(text[start:end]):
            yield start, end


def accounts(text: str) -> Iterator[tuple[int, int]]:
    """IBANs that nobody prints as a sample."""
    for start, end in ibans(text):
        plain = "".join(text[start:end].split()).upper()
        if not plain.startswith(_IBAN_SAMPLES) and len(set(plain[4:])) > 3:
            yield start, end


def us_ssn(text: str) -> bool:
    """A social security number that can have been given out (SSA, randomization of 2011)."""
    number = digits(text)
    area, group, serial = number[:3], number[3:5], number[5:]
    if area in ("000", "666") or area[0] == "9" or group == "00" or serial == "0000" or len(set(number)) < 3:
        return False
    return f"{area}-{group}-{serial}" not in _SSN_SAMPLES


def mail_address(text: str) -> bool:
    """An address of somebody, and not of an example, of a program, or of a scheme such as ``git@``."""
    name, _, domain = text.lower().rpartition("@")
    labels = domain.split(".")
    if any(label in _SAMPLE_DOMAINS for label in labels[-2:]) or any(label in ("example", "test") for label in labels):
        return False
    return name.strip("0123456789") not in _SAMPLE_NAMES and not ("doe" in name and name[:2] in ("jo", "ja"))


def phone(text: str) -> bool:
    """Seven to fifteen digits (ITU-T E.164): no date, no row, and none of the numbers kept for films (555-01xx)."""
    number = digits(text)
    if text[:2] in ("19", "20") and text[4:5] in ("-", ".", " ") and text[7:8] == text[4:5]:
        return False
    if not 7 <= len(number) <= 15 or len(set(number)) < 4 or "55501" in number or "1234567" in number:
        return False
    return "9876543" not in number


def document_number(text: str) -> bool:
    """The number of a passport or licence: digits enough, and no row of them."""
    number = digits(text)
    if len(number) < 5 or len(set(number)) < 3:
        return False
    return not any(row in number for row in ("123456", "234567", "987654", "000000", "111111"))


def _is_of(number: str, *issuer: int) -> bool:
    *lengths, first, last = issuer
    return len(number) in lengths and first <= int(number[: len(str(first))]) <= last
