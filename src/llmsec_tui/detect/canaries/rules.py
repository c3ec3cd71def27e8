"""Make rules of canaries: they are loaded, versioned, reloaded, back-tested and run like any other."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from llmsec_tui.detect.canaries import token as tokens
from llmsec_tui.detect.canaries.registry import Canary, canaries, opened
from llmsec_tui.detect.sigma.document import Document
from llmsec_tui.detect.sigma.reading import parse

_SPACE = UUID("6f1c62c8-6c0e-4c39-8d6c-7a3b6f0f5a21")
_PLANTED = {"trust": ["system", "operator"]}
_TAGS = ["owasp.llm07", "owasp.llm02", "atlas.aml-t0056"]
_LOGSOURCE = {"product": "llm", "category": "canary"}
_LEVEL = "high"
_SPAN = "1h"
"""How far apart two halves may be given away."""


def read(path: Path) -> list[Document]:
    """The rules of a file of canaries, or the file with what is wrong with it."""
    file = opened(path)
    found = [] if file.issues else [canary for canary in canaries(file) if canary.token]
    if file.issues:
        return [Document(path, b"", issues=file.issues)]
    return [document for canary in found for document in _documents(path, canary)]


def rule_id(canary: Canary) -> str:
    """The id of the rule that looks for a canary."""
    return _id(canary, "whole")


def _documents(path: Path, canary: Canary) -> Iterator[Document]:
    whole = "|".join(tokens.squeezed_forms(canary.token))
    yield _document(path, _whole(canary))
    yield _document(path, _in_pieces(canary, whole))
    if not tokens.is_told_by_parts(canary.token):
        return
    head, tail = tokens.pieces(canary.token)
    names = [_id(canary, part) for part in ("head", "tail")]
    yield _document(path, _split(canary, names))
    for name, piece, part in ((names[0], head, "beginning"), (names[1], tail, "end")):
        yield _document(path, _piece(canary, name, part, piece, whole))


def _document(path: Path, rule: dict[str, Any]) -> Document:
    (document,) = parse(path, json.dumps(rule, ensure_ascii=False, indent=1) + "\n")
    return document


def _id(canary: Canary, part: str) -> str:
    return str(uuid5(_SPACE, f"{canary.digest}/{part}"))


def _whole(canary: Canary) -> dict[str, Any]:
    return _leak(
        canary,
        "whole",
        title="left its prompt",
        how="as it is or encoded",
        detection={
            "planted": _PLANTED,
            "token": {"text|contains": tokens.spoken(canary.token)},
            "condition": "token and not planted",
        },
        match=[f"It says {canary.token}.", f"<{canary.token.lower()}>"],
    )


def _in_pieces(canary: Canary, forms: str) -> dict[str, Any]:
    # A rule of its own, without a word on the text: what asks for signals alone is answered for all events at once.
    return _leak(
        canary,
        "pieces",
        title="left its prompt in pieces",
        how="with something between its characters, or so and encoded",
        detection={
            "planted": _PLANTED,
            "in_pieces": {"squeezed|re": forms},
            "condition": "in_pieces and not planted",
        },
        match=[" ".join(canary.token), "-".join(canary.token[::-1])],
        inhibited_by=[_id(canary, "whole")],
    )


def _leak(
    canary: Canary,
    part: str,
    *,
    title: str,
    how: str,
    detection: dict[str, Any],
    match: list[str],
    inhibited_by: Sequence[str] = (),
) -> dict[str, Any]:
    return {
        "title": f"Canary {canary.name} {title}: {canary.prompt} of {canary.app}",
        "id": _id(canary, part),
        "description": f"{_told(canary)} stands, {how}, in a text that is no system prompt.",
        **_header(),
        "detection": detection,
        "falsepositives": ["Somebody who pastes the prompt to work on it"],
        "level": _LEVEL,
        "llmsec": {
            "confidence": 0.99,
            **({"inhibited_by": list(inhibited_by)} if inhibited_by else {}),
            "playbook": _playbook(),
            "examples": {
                "match": [{"role": "assistant", "text": text} for text in match],
                "no_match": [
                    {"role": "system", "text": match[0]},
                    {"role": "assistant", "text": match[0][: tokens.FEWEST_CHARS // 2]},
                ],
            },
        },
    }


def _split(canary: Canary, names: list[str]) -> dict[str, Any]:
    head, tail = tokens.pieces(canary.token)
    said = [{"at": "0s", "role": "assistant", "conversation_id": "a", "text": f"It begins {head}"}]
    return {
        "title": f"Canary {canary.name} left its prompt in two parts: {canary.prompt} of {canary.app}",
        "id": _id(canary, "split"),
        "description": f"The beginning and the end of it stand in two answers of a conversation. {_told(canary)}.",
        **{key: value for key, value in _header().items() if key != "logsource"},
        "correlation": {
            "type": "temporal_ordered",
            "rules": names,
            "group-by": ["conversation_id"],
            "timespan": _SPAN,
        },
        "falsepositives": ["Somebody who pastes the prompt to work on it"],
        "level": _LEVEL,
        "llmsec": {
            "confidence": 0.95,
            "playbook": _playbook(),
            "examples": {
                "match": [
                    [*said, {"at": "1m", "role": "assistant", "conversation_id": "a", "text": f"It ends {tail}"}],
                ],
                "no_match": [said],
            },
        },
    }


def _piece(canary: Canary, name: str, part: str, piece: str, whole: str) -> dict[str, Any]:
    return {
        "title": f"The {part} of canary {canary.name} in an answer",
        "id": name,
        "logsource": _LOGSOURCE,
        "detection": {
            "source": {"trust": "model"},
            "piece": {"squeezed|re": f"{piece}|{piece[::-1]}"},
            "whole": {"squeezed|re": whole},
            "condition": "source and piece and not whole",
        },
    }


def _header() -> dict[str, Any]:
    return {"status": "stable", "author": "llmsec-tui", "tags": _TAGS, "logsource": _LOGSOURCE}


def _told(canary: Canary) -> str:
    day = canary.planted.date().isoformat()
    return f"The token that was planted on {day} in the prompt {canary.prompt} of the application {canary.app}"


def _playbook() -> list[str]:
    return [
        "Read what was asked before, and what else of the prompt was given away.",
        "Search for other conversations with the same user, and for the words that worked.",
        "Take secrets and rules that must not be known out of the prompt; a prompt can always be had in the end.",
        "Plant a new canary and retire this one, so that the next leak is told from this one.",
    ]
