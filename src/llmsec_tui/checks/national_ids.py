"""Numbers that states give to people, told from other numbers by their check digits."""

from llmsec_tui.checks.digits import digits, luhn

_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_ODD_VALUES = {
    **dict(zip("0123456789", (1, 0, 5, 7, 9, 13, 15, 17, 19, 21), strict=True)),
    **dict(zip("ABCDEFGHIJKLM", (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18), strict=True)),
    **dict(zip("NOPQRSTUVWXYZ", (20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23), strict=True)),
}
_PESEL_WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)
_MULTIPLIED = (
    "0123456789",
    "1234067895",
    "2340178956",
    "3401289567",
    "4012395678",
    "5987604321",
    "6598710432",
    "7659821043",
    "8765932104",
    "9876543210",
)
_PERMUTED = (
    "0123456789",
    "1576283094",
    "5803796142",
    "8916043527",
    "9453126870",
    "4286573901",
    "2793806415",
    "7046913258",
)


def social_security(text: str) -> bool:
    """United States: no check digit, but ranges that are never given out (SSA, randomization of 2011)."""
    area, group, serial = text[:3], text[4:6], text[7:]
    return area not in ("000", "666") and area[0] != "9" and group != "00" and serial != "0000"


def nhs(text: str) -> bool:
    """United Kingdom, health service: modulus 11 over ten digits (NHS Data Dictionary)."""
    number = digits(text)
    if len(set(number)) == 1:
        return False
    check = 11 - sum(int(char) * (10 - place) for place, char in enumerate(number[:9])) % 11
    return check != 10 and check % 11 == int(number[9])


def dni(text: str) -> bool:
    """Spain, citizens and residents: a letter for the number modulo 23."""
    number = text[:-1].replace("-", "").translate({ord("X"): "0", ord("Y"): "1", ord("Z"): "2"})
    return _DNI_LETTERS[int(number) % 23] == text[-1]


def codice_fiscale(text: str) -> bool:
    """Italy: a letter for the sum of the other fifteen characters (decree of 23 December 1976)."""
    odd = sum(_ODD_VALUES[char] for char in text[0:15:2])
    even = sum(int(char) if char.isdigit() else ord(char) - ord("A") for char in text[1:15:2])
    return chr(ord("A") + (odd + even) % 26) == text[15]


def nir(text: str) -> bool:
    """France: a key of 97 minus the number modulo 97, with 2A and 2B of Corsica counted as 19 and 18."""
    plain = "".join(text.split()).replace("2A", "19").replace("2B", "18")
    return 97 - int(plain[:13]) % 97 == int(plain[13:])


def pesel(text: str) -> bool:
    """Poland: a date of birth with the century in its month, and a weighted sum that ends in 0."""
    day, month = int(text[4:6]), int(text[2:4]) % 20
    weighted = sum(int(char) * weight for char, weight in zip(text, _PESEL_WEIGHTS, strict=True))
    return 1 <= month <= 12 and 1 <= day <= 31 and weighted % 10 == 0


def personnummer(text: str) -> bool:
    """Sweden: a date of birth, also moved by 60 days, and Luhn's check digit over the last ten."""
    number = digits(text)[-10:]
    day, month = int(number[4:6]) % 60, int(number[2:4])
    return 1 <= month <= 12 and 1 <= day <= 31 and luhn(number)


def cpf(text: str) -> bool:
    """Brazil: two check digits modulo 11."""
    number = digits(text)
    return len(set(number)) > 1 and all(_cpf_digit(number[:length]) == int(number[length]) for length in (9, 10))


def ahv(text: str) -> bool:
    """Switzerland: thirteen digits with the check digit of EAN-13."""
    number = digits(text)
    return sum(int(char) * (1 + 2 * (place % 2)) for place, char in enumerate(number)) % 10 == 0


def aadhaar(text: str) -> bool:
    """India: the check digit of Verhoeff (1969) over twelve digits."""
    check = 0
    for place, char in enumerate(reversed(digits(text))):
        check = int(_MULTIPLIED[check][int(_PERMUTED[place % 8][int(char)])])
    return check == 0


def steuer_id(text: str) -> bool:
    """Germany, tax: one of ten digits comes two or three times, then ISO 7064, MOD 11,10."""
    number = digits(text)
    counts = sorted(number[:10].count(char) for char in set(number[:10]))
    if counts[-1] not in (2, 3) or len(counts) not in (8, 9):
        return False
    product = 10
    for char in number[:10]:
        product = 2 * ((int(char) + product) % 10 or 10) % 11
    return (11 - product) % 10 == int(number[10])


def _cpf_digit(number: str) -> int:
    return sum(int(char) * (len(number) + 1 - place) for place, char in enumerate(number)) * 10 % 11 % 10
