"""Put a sentence into a document in one of the many ways in which attackers do."""

import json
import random
from collections.abc import Callable

_MARKS = (
    "\n",
    " ",
    "\n\n",
    "\n\n\n",
    "\n---\n",
    "\n***\n",
    " ... ",
    "\n> ",
    "\n- ",
    " | ",
    "\n# ",
    "\n\n## Note\n",
    "\nP.S. ",
    "\n\nFooter: ",
    "\n\nUpdate: ",
    "\n[!NOTE]\n",
)
_WRAPPERS: tuple[Callable[[str], str], ...] = (
    lambda text: text,
    lambda text: text,
    lambda text: text,
    lambda text: f"<!-- {text} -->",
    lambda text: f"/* {text} */",
    lambda text: f"# {text}",
    lambda text: f"// {text}",
    lambda text: f'<span style="display:none">{text}</span>',
    lambda text: f'<p style="color:white;font-size:1px">{text}</p>',
    lambda text: f'<img src="x.png" alt="{text}">',
    lambda text: f"[//]: # ({text})",
    lambda text: f'"{text}"',
    lambda text: f"**{text}**",
    lambda text: f"({text})",
    lambda text: f"<system>{text}</system>",
    lambda text: f"[INST] {text} [/INST]",
    lambda text: f"<div hidden>{text}</div>",
    lambda text: f"{{{{ {text} }}}}",
    lambda text: text.upper(),
)


def _mail(text: str, carrier: str, chance: random.Random) -> str:
    name = chance.choice(("Anna", "Li Wei", "Omar", "Sofia", "Ben", "Ivana", "Kofi", "Mrs Tanaka"))
    subject = chance.choice(
        ("Meeting", "Invoice 2231", "Re: offer", "Question", "Holiday plans", "Your order", "Fwd: report")
    )
    return f"From: {name}\nSubject: {subject}\n\nHello,\n{_woven(text, carrier, chance)}\nBest regards, {name}"


def _json(text: str, carrier: str, chance: random.Random) -> str:
    field = chance.choice(("description", "body", "content", "notes", "comment", "bio", "title", "result", "message"))
    row: dict[str, object] = {"id": chance.randrange(9999), "status": "ok", field: _woven(text, carrier, chance)}
    return json.dumps(row, ensure_ascii=False, indent=chance.choice((None, 2)))


def _row(text: str, carrier: str, chance: random.Random) -> str:
    first, second = chance.randrange(99), chance.randrange(99)
    return f"id,name,note\n{first},{carrier[:40]},ok\n{second},{text},open\n3,{carrier[40:90]},done"


def _log(text: str, carrier: str, chance: random.Random) -> str:
    stamp = f"2026-0{chance.randrange(1, 10)}-1{chance.randrange(10)}T0{chance.randrange(10)}:12:44Z"
    return f"{stamp} INFO start {carrier[:60]}\n{stamp} WARN {text}\n{stamp} INFO {carrier[60:160]}"


def _calendar(text: str, carrier: str, chance: random.Random) -> str:
    return (
        f"Event: {carrier[:50]}\nWhere: room {chance.randrange(40)}\nDescription: {text}\nGuests: {chance.randrange(9)}"
    )


def _result(text: str, carrier: str, chance: random.Random) -> str:
    return f"{carrier[: chance.randrange(20, 200)]}; {text}"


def _page(text: str, carrier: str, chance: random.Random) -> str:
    return f"<html><body><h1>{carrier[:30]}</h1><p>{carrier[30:200]}</p>{text}<p>{carrier[200:300]}</p></body></html>"


def _review(text: str, carrier: str, chance: random.Random) -> str:
    return f"Rating: {chance.randrange(1, 6)}/5. {carrier[: chance.randrange(150)]} {text}"


def _ticket(text: str, carrier: str, chance: random.Random) -> str:
    return f"## Steps to reproduce\n{carrier[:120]}\n\n## Expected\n{text}\n\n## Actual\n{carrier[120:220]}"


def _woven(text: str, carrier: str, chance: random.Random) -> str:
    words = carrier.split(" ")
    at = chance.choice((0, len(words), chance.randrange(len(words) + 1)))
    mark = chance.choice(_MARKS)
    return f"{' '.join(words[:at])}{mark}{text}{mark}{' '.join(words[at:])}".strip()


_FORMS = (
    _woven,
    _woven,
    _woven,
    _woven,
    _mail,
    _json,
    _row,
    _log,
    _calendar,
    _result,
    _result,
    _page,
    _review,
    _ticket,
)


def placed(text: str, carrier: str, chance: random.Random) -> str:
    """A sentence inside of a document."""
    return chance.choice(_FORMS)(chance.choice(_WRAPPERS)(text), carrier, chance)
