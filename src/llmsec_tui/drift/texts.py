"""What is measured of a text itself, by cheap means that know no model and no dictionary of feelings."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import msgspec
import numpy as np

from llmsec_tui.detect.text.folding import fold

MOST = 2_000
"""Characters of a text that are looked at: an answer that goes on for pages says by then how it is written."""
_GRAM = 3

_HEDGING = """
maybe perhaps possibly probably likely unlikely might may could seems appears apparently roughly approximately
generally usually typically somewhat sorry apologize apologise apologies unfortunately unable cannot unsure
uncertain vielleicht wahrscheinlich eventuell leider entschuldigung vermutlich probablement malheureusement
quizas probablemente lamentablemente disculpa forse probabilmente purtroppo scusa talvez provavelmente
infelizmente desculpe misschien waarschijnlijk helaas
"""
_HEDGES = frozenset(_HEDGING.split())
_STOPWORDS = {
    "en": "the and of to is that for you with this are not have from your",
    "de": "der die das und ist nicht ein eine mit auf sie ich fuer wird den",
    "fr": "le la les des est pas une dans pour vous que sur avec nous qui",
    "es": "el los las una que para con por del como est esta pero sus usted",
    "it": "il che di una per con sono non del della questo anche come gli",
    "pt": "os uma que para com nao por mais como dos voce esta seu sua das",
    "nl": "het een van niet dat voor met zijn op aan ook worden deze je",
    "pl": "nie jest sie na do ze jak to oraz dla czy przez moze ten",
    "sv": "och att det som inte en ett med har till av den kan du",
    "tr": "bir ve bu icin ile olarak da de cok daha gibi olan var",
    "id": "yang dan di untuk dengan tidak ini dari pada adalah anda akan",
    "vi": "va la cua co cho khong duoc nhung mot trong voi ban",
    "ro": "si este nu pentru cu din care sunt mai pe sau prin",
    "cs": "je se na ze jako pro nebo jsem jsou tak ale pokud",
}
_BY_STOPWORD: dict[str, list[str]] = {}
for _language, _words in _STOPWORDS.items():
    for _word in _words.split():
        _BY_STOPWORD.setdefault(_word, []).append(_language)
_SCRIPTS = (
    *((0x0370, 0x03FF, "el"), (0x0400, 0x04FF, "ru"), (0x0590, 0x05FF, "he"), (0x0600, 0x06FF, "ar")),
    *((0x0900, 0x097F, "hi"), (0x0E00, 0x0E7F, "th"), (0x3040, 0x30FF, "ja"), (0xAC00, 0xD7AF, "ko")),
    (0x4E00, 0x9FFF, "zh"),
)
UNKNOWN = "other"


class _Words(dict[int, str]):
    """What each character is in a text that is cut into words, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        found = self[code] = letter if letter.isalnum() or letter in "'-" else " "
        return found


_WORDS = _Words()


class Measured(NamedTuple):
    """Of one text; None where it has too little of what is measured."""

    language: str
    valid_json: bool | None
    """Of a text that sets out to be JSON."""
    links: bool
    code: bool
    entropy: float
    """Of its letters, in bits (Shannon, 1948)."""
    novelty: float | None
    """The share of phrases of three words that are not repeated in it."""
    hedging: float | None
    """The share of words that hedge or apologise."""
    words: frozenset[str]
    """Longer ones, to be compared with those of a question."""


def measure(text: str) -> Measured:
    """What can be told of a text."""
    folded = fold(text[:MOST])
    words = folded.translate(_WORDS).split()
    times = Counter(words)
    phrases = list(zip(*(words[start:] for start in range(_GRAM)), strict=False))
    return Measured(
        language=language(folded, times),
        valid_json=_valid_json(text),
        links="http://" in folded or "https://" in folded or "www." in folded,
        code="```" in text[:MOST] or "~~~" in text[:MOST],
        entropy=_entropy(folded),
        novelty=len(set(phrases)) / len(phrases) if len(phrases) >= 10 else None,
        hedging=sum(times[word] for word in _HEDGES & times.keys()) / len(words) if len(words) >= 10 else None,
        words=frozenset(word for word in times if len(word) > 3),
    )


def on_topic(question: frozenset[str], answer: frozenset[str]) -> float | None:
    """The share of a question's words that its answer takes up; None for a question of hardly any words."""
    return len(question & answer) / len(question) if len(question) >= 3 else None


def language(folded: str, times: Mapping[str, int]) -> str:
    """A language by its script, or by its commonest words (how often each is there); ``other`` when neither tells."""
    if not folded.isascii() and (script := _script(folded)) is not None:
        return script
    votes: dict[str, int] = {}
    for word in _BY_STOPWORD.keys() & times.keys():
        for name in _BY_STOPWORD[word]:
            votes[name] = votes.get(name, 0) + times[word]
    best = max(votes, key=lambda name: (votes[name], name), default=UNKNOWN)
    return best if votes.get(best, 0) >= max(2, sum(times.values()) // 50) else UNKNOWN


def _script(folded: str) -> str | None:
    counts: dict[str, int] = {}
    for letter in folded[:400]:
        code = ord(letter)
        if code > 0x36F:
            name = next((name for low, high, name in _SCRIPTS if low <= code <= high), None)
            if name is not None:
                counts[name] = counts.get(name, 0) + 1
    # Japanese is written with Chinese characters too.
    if counts.get("ja", 0) >= 2:
        return "ja"
    best = max(counts, key=lambda name: (counts[name], name), default=None)
    return best if best is not None and counts[best] >= max(3, len(folded[:400]) // 10) else None


def _entropy(folded: str) -> float:
    if not folded:
        return 0.0
    if folded.isascii():
        counts = np.bincount(np.frombuffer(folded.encode(), np.uint8))
        counts = counts[counts > 0]
    else:
        letters = np.frombuffer(folded.encode("utf-32-le", "surrogatepass"), np.uint32)
        counts = np.unique(letters, return_counts=True)[1]
    shares = counts / len(folded)
    # Not -0 where there is but one letter.
    return abs(float((shares * np.log2(shares)).sum()))


def _valid_json(text: str) -> bool | None:
    inside = text.strip()
    if inside.startswith("```json"):
        inside = inside.removeprefix("```json").removesuffix("```").strip()
    is_cut = not inside.endswith(("}", "]"))
    if not inside.startswith(("{", "[")) or (is_cut and len(inside) < 40):
        return None
    try:
        msgspec.json.decode(inside)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return False
    return True
