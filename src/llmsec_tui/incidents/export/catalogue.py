"""What the tags of rules refer to: techniques, tactics and risks in public catalogues."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from llmsec_tui.detect.sigma.taxonomy import ATLAS, OWASP_AGENTIC, OWASP_LLM


class What(StrEnum):
    """What a catalogue lists."""

    TECHNIQUE = "technique"
    TACTIC = "tactic"
    RISK = "risk"


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """One entry of a catalogue."""

    source: str
    """As STIX calls the catalogue, such as ``mitre-atlas``."""
    external_id: str
    """Such as ``AML.T0051.000``."""
    what: What
    url: str
    version: str
    """Edition of the catalogue; empty where the tag holds for all."""


def references(tags: Iterable[str]) -> list[Reference]:
    """What the tags refer to, sorted, each once. Tags of other namespaces refer to nothing here."""
    return sorted({found for tag in tags if (found := _reference(tag)) is not None})


def _reference(tag: str) -> Reference | None:
    namespace, _, name = tag.partition(".")
    match namespace:
        case "atlas":
            return _atlas(name)
        case "attack":
            return _attack(name)
        case "owasp" if _numbered(name, "llm"):
            url = "https://genai.owasp.org/llm-top-10/"
            return Reference("owasp-llm-top-10", f"{name.upper()}:{OWASP_LLM}", What.RISK, url, OWASP_LLM)
        case "asi" if _numbered(name, "asi"):
            return Reference("owasp-agentic-top-10", name.upper(), What.RISK, "https://genai.owasp.org/", OWASP_AGENTIC)
    return None


def _atlas(name: str) -> Reference | None:
    number, _, part = name.removeprefix("aml-").partition("-")
    if not name.startswith("aml-") or (part and not part.isdecimal()):
        return None
    external_id = f"AML.{number.upper()}" + (f".{part}" if part else "")
    if _numbered(number, "ta"):
        return Reference(
            "mitre-atlas", external_id, What.TACTIC, f"https://atlas.mitre.org/tactics/{external_id}", ATLAS
        )
    if _numbered(number, "t"):
        url = f"https://atlas.mitre.org/techniques/{external_id}"
        return Reference("mitre-atlas", external_id, What.TECHNIQUE, url, ATLAS)
    return None


def _attack(name: str) -> Reference | None:
    number, _, part = name.partition(".")
    if not _numbered(number, "t") or (part and not part.isdecimal()):
        return None
    external_id = number.upper() + (f".{part}" if part else "")
    url = f"https://attack.mitre.org/techniques/{external_id.replace('.', '/')}"
    return Reference("mitre-attack", external_id, What.TECHNIQUE, url, "")


def _numbered(name: str, prefix: str) -> bool:
    digits = name.removeprefix(prefix)
    return name.startswith(prefix) and digits.isascii() and digits.isdecimal() and len(digits) <= 6
