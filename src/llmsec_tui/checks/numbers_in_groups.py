"""Find card and account numbers among other numbers that stand beside them."""

from collections.abc import Iterator

from llmsec_tui.checks.digits import luhn

_REGISTERED = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 "
    "FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LI21 LT20 "
    "LU20 LV21 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SE24 SI19 "
    "SK24 SM27 TN24 TR26 UA29 VA22 VG24 XK20"
)
_IBAN_LENGTHS = {word[:2]: int(word[2:]) for word in _REGISTERED.split()}
"""By country (SWIFT, IBAN Registry, ISO 13616)."""
_CARD_LENGTHS = {"4": (13, 16, 19), "5": (16,), "2": (16,), "6": (16, 19), "3": (14, 15, 16)}
"""By the first digit: Visa, Mastercard (5 and 2), Discover and UnionPay, Amex, Diners and JCB."""
_LONGEST_CARD = 19


def cards(text: str) -> Iterator[tuple[int, int]]:
    """Payment cards in digits with single spaces or hyphens: a known beginning and length, and a right check digit."""
    groups = list(_groups(text))
    for place, (start, _) in enumerate(groups):
        number = ""
        for first, end in groups[place : place + _LONGEST_CARD]:
            number += text[first:end]
            if len(number) > _LONGEST_CARD:
                break
            if len(number) in _CARD_LENGTHS.get(number[0], ()) and len(set(number)) > 1 and luhn(number):
                yield start, end


def ibans(text: str) -> Iterator[tuple[int, int]]:
    """Account numbers of ISO 13616 in letters and digits with single spaces; what follows may be a word."""
    for start in (0, *(place + 1 for place, char in enumerate(text) if char == " ")):
        length = _IBAN_LENGTHS.get(text[start : start + 2].upper(), 0)
        places = [place for place in range(start, min(len(text), start + 2 * length)) if text[place] != " "][:length]
        plain = "".join(text[place] for place in places).upper()
        if length and len(plain) == length and _remainder(plain) == 1:
            yield start, places[-1] + 1


def _groups(text: str) -> Iterator[tuple[int, int]]:
    """Runs of digits."""
    start = 0
    for place, char in enumerate(text):
        if not char.isdigit():
            if place > start:
                yield start, place
            start = place + 1
    if start < len(text):
        yield start, len(text)


def _remainder(iban: str) -> int:
    """Modulo 97, with letters as numbers from 10 and the first four characters last."""
    return int("".join(str(int(char, 36)) for char in iban[4:] + iban[:4])) % 97
