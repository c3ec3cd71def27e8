"""The kinds of personal data that can be told: by check digits, by what may be given out, by the words beside them."""

from llmsec_tui.checks import national_ids
from llmsec_tui.checks import personal_bodies as bodies
from llmsec_tui.checks.dates import birthday
from llmsec_tui.checks.kind import Kind

_EDGE = rb"(?:[^0-9A-Za-z/_-]|\z)"
_START = rb"(?:[^0-9A-Za-z./_+-]|\A)"
_CARD_WORDS = (
    *(
        "card",
        "credit",
        "debit",
        "visa",
        "mastercard",
        "amex",
        "american express",
        "maestro",
        "cvv",
        "cvc",
        "cc ",
        "cc:",
    ),
    *("payment", "charge", "expir", "kreditkarte", "karte", "tarjeta", "carte", "carta", "cartão", "kaart", "kort"),
)
_PHONE_WORDS = (
    *("phone", "tel:", "tel.", "tel ", "call ", "call:", "mobile", "cell", "fax", "whatsapp", "reach me", "sms"),
    *("text me", "hotline", "answering at", "telefon", "teléfono", "téléphone", "handy", "mobil:", "móvil", "portable"),
    *("cellulare", "celular", "anrufen", "rufnummer", "numéro de t", "contact number", "my number"),
)
_BIRTH_WORDS = (
    *("date of birth", "birth date", "birthdate", "dob", "d.o.b", "birthday", "born on", "born:", "geburtsdatum"),
    *("geboren am", "geb. ", "date de naissance", "né le", "née le", "fecha de nacimiento", "nacido el", "nacida el"),
    *("data di nascita", "nato il", "nata il", "data de nascimento", "geboortedatum", "födelsedatum", "data urodzenia"),
)
_PASSPORT_WORDS = (
    "passport",
    "reisepass",
    "passeport",
    "pasaporte",
    "passaporto",
    "passaporte",
    "paspoort",
    "paszport",
)
_CARD_OF_IDENTITY = (
    "identity card",
    "id card",
    "personalausweis",
    "ausweisnummer",
    "carte d'identit",
    "carta d'identit",
)
_LICENCE_WORDS = (
    *("driving licen", "driver's licen", "drivers licen", "driver licen", "driver’s licen", "führerschein"),
    *("permis de conduire", "permiso de conducir", "patente di guida", "licencia de conducir", "rijbewijs"),
)
_DATE = (
    r"\b([0-9]{1,2}[./ -][0-9]{1,2}[./ -](?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|"
    r"[0-9]{1,2}(?:st|nd|rd|th|\.)? (?:of |de )?[A-Za-zÀ-ſ]{3,12},? (?:de )?(?:19|20)[0-9]{2}|"
    r"[A-Za-zÀ-ſ]{3,10} [0-9]{1,2}(?:st|nd|rd|th)?,? (?:19|20)[0-9]{2})\b"
)
_STREET = (
    r"\b([0-9]{1,5}[A-Za-z]? (?:[NSEW]\.? )?(?:[A-ZÀ-Þ][A-Za-zÀ-ſ'.-]{1,20} ){1,3}"
    r"(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Boulevard|Blvd|Drive|Dr|Court|Ct|Place|Pl|Square|Sq|Terrace|Crescent|"
    r"Parkway|Pkwy|Highway|Hwy|Close|Mews|Gardens|Grove|Circle|Cir|Way|Parade|Esplanade)\b"
    r"|[A-ZÀ-Þ][A-Za-zÀ-ſ-]{2,30}(?:stra(?:ß|ss)e|str\.|weg|gasse|platz|allee|gatan|vägen|vej|gade|gata|veien|straat|laan|"
    r"gracht|katu|tie) [0-9]{1,4}[A-Za-z]?\b"
    r"|(?:Rue|rue|Avenue|avenue|Via|Viale|Corso|Piazza|Calle|C/|Avenida|Rua|Travessa|Plaza|Paseo|ul\.|Ul\.|Carrer)"
    r" (?:(?:de|du|des|della|del|di|la|le|los|las|da|do|dos|dei|van) ){0,3}[A-ZÀ-Þ][A-Za-zÀ-ſ'-]{2,30}"
    r"(?: [A-Za-zÀ-ſ'-]{2,30}){0,3},? (?:nº |n° )?[0-9]{1,5}\b"
    r"|[0-9]{1,4}(?:bis|ter)?,? (?:rue|avenue|boulevard|place|chemin|allée|quai) "
    r"(?:(?:de|du|des|la|le|l'|d') ?){0,3}[A-ZÀ-Þ][A-Za-zÀ-ſ'-]{2,30})"
)

KINDS = (
    Kind(
        "card",
        (),
        _START + rb"([0-9](?:[ -]?[0-9]){11,18})" + _EDGE,
        bodies.issued_card,
        near=_CARD_WORDS,
    ),
    Kind("card", (), rb"\b[0-9]{3,6}(?:[ -][0-9]{3,6}){2,40}\b", within=bodies.grouped_cards),
    Kind(
        "iban", (), rb"\b[A-Za-z]{2}[0-9]{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,3})?\b", within=bodies.accounts
    ),
    Kind(
        "us_ssn",
        (),
        _START + rb"([0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4})" + _EDGE,
        bodies.us_ssn,
        near=("ssn", "social security", "social-security", "taxpayer", "tax id", "itin", "soc sec"),
    ),
    Kind(
        "uk_nhs",
        (),
        rb"\b([0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4})\b",
        national_ids.nhs,
        near=("nhs", "health service number"),
    ),
    Kind(
        "uk_nino",
        (),
        rb"\b([A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D])\b",
        near=("national insurance", "nino", "ni number", "ni no"),
    ),
    Kind(
        "es_dni",
        (),
        rb"\b((?:[0-9]{8}|[XYZ]-?[0-9]{7})-?[A-HJ-NP-TV-Z])\b",
        national_ids.dni,
        near=("dni", "nie", "nif", "identidad", "documento"),
    ),
    Kind(
        "it_codice_fiscale",
        (),
        rb"\b([A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPR-T][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z])\b",
        national_ids.codice_fiscale,
    ),
    Kind(
        "fr_nir",
        (),
        rb"\b([12] ?[0-9]{2} ?(?:0[1-9]|1[0-2]) ?(?:[0-9]{2}|2[AB]) ?[0-9]{3} ?[0-9]{3} ?[0-9]{2})\b",
        national_ids.nir,
        near=("nir", "insee", "sécu", "sécurité sociale", "securite sociale", "vitale"),
    ),
    Kind("pl_pesel", (), rb"\b([0-9]{11})\b", national_ids.pesel, near=("pesel",)),
    Kind(
        "se_personnummer",
        (),
        rb"\b((?:[0-9]{2}){3,4}[-+][0-9]{4})\b",
        national_ids.personnummer,
        near=("personnummer", "personal number", "personal identity", "pnr", "samordningsnummer"),
    ),
    Kind("br_cpf", (), rb"\b([0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2})\b", national_ids.cpf),
    Kind("ch_ahv", (), rb"\b(756\.[0-9]{4}\.[0-9]{4}\.[0-9]{2})\b", national_ids.ahv),
    Kind(
        "in_aadhaar",
        (),
        rb"\b([2-9][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4})\b",
        national_ids.aadhaar,
        near=("aadhaar", "aadhar", "uidai", "आधार"),
    ),
    Kind(
        "de_steuer_id",
        (),
        rb"\b([1-9][0-9] ?[0-9]{3} ?[0-9]{3} ?[0-9]{3})\b",
        national_ids.steuer_id,
        near=("steuer-id", "steuer id", "steueridentifikation", "steuernummer", "idnr", "tax id"),
    ),
    Kind(
        "passport",
        (),
        rb"\b([A-Z]{0,3}[0-9]{6,9}[A-Z]{0,2}|[CFGHJKLMNPRTVWXYZ][0-9CFGHJKLMNPRTVWXYZ]{8}[0-9]?)\b",
        bodies.document_number,
        near=(*_PASSPORT_WORDS, *_CARD_OF_IDENTITY),
    ),
    Kind("licence", (), rb"\b([A-Z]{0,5}-?[0-9][0-9A-Z-]{5,16})\b", bodies.document_number, near=_LICENCE_WORDS),
    Kind("birth_date", (), _DATE.encode(), birthday, near=_BIRTH_WORDS),
    Kind("phone", ("+",), rb"(?:[^0-9A-Za-z+]|\A)(\+[1-9](?:[ ()./-]{0,2}[0-9]){7,14})" + _EDGE, bodies.phone),
    Kind(
        "phone",
        (),
        rb"(?:[^0-9A-Za-z./+-]|\A)((?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}-)[2-9][0-9]{2}-[0-9]{4})" + _EDGE,
        bodies.phone,
    ),
    Kind(
        "phone",
        (),
        _START + rb"(\(?0?[0-9]{1,5}\)?(?:[ ().-]{1,2}[0-9]{2,5}){1,5}|0[0-9]{8,11})" + _EDGE,
        bodies.phone,
        near=_PHONE_WORDS,
    ),
    Kind("address", (), _STREET.encode()),
    Kind(
        "email",
        ("@",),
        rb"([A-Za-z0-9._%+'-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,18})\b",
        bodies.mail_address,
    ),
    Kind(
        "emails",
        ("@",),
        rb"([A-Za-z0-9._%+'-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,18})\b",
        bodies.mail_address,
        fewest=5,
    ),
)
"""In the order in which they are named. ``emails`` are five or more different addresses."""
