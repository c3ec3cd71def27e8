"""Whether a text is somebody's own: it speaks in the first person, or a tool gives a record about a person."""

from collections.abc import Sequence

import polars as pl
import re2

from llmsec_tui.detect.signals.signal import Signal
from llmsec_tui.events.model import Trust

_OWN = """
my me mine our us we i'm i've ich mein meine meiner meinem meinen mir mich wir unser unsere je j'ai mon mes nous
notre nos yo mi mis nuestro nuestra eu meu minha meus nosso nossa mio mia miei noi nostro jag min mitt vår jeg mijn onze
moja moje mam nasz benim bizim мой моя мне меня наш
"""
_OWN_PIECES = "我 私 僕 俺 저는 제가 우리 ฉัน ผม เรา أنا لدي عندي मेरा मेरी मैं हमारे"
_RECORDS = """
customer patient booking account invoice address phone birth salary diagnos employee passenger tenant kunde konto client
paciente reserva
"""
_SPEAKS = re2.compile(
    r"(?i)(?:^|[^\pL\pN])(?:i (?:am|have|was|had|live|take|work|need|want)|"
    + "|".join(_OWN.split())
    + r")(?:[^\pL\pN]|$)|"
    + "|".join(_OWN_PIECES.split())
)
_HOLDS = re2.compile("(?i)" + "|".join(_RECORDS.split()))


def private_text(texts: Sequence[str], trusts: Sequence[str]) -> list[bool]:
    """Of each text whether it is somebody's own. Records count in what tools give only: people name customers too."""
    return [
        _SPEAKS.search(text) is not None or (trust == Trust.TOOL and _HOLDS.search(text) is not None)
        for text, trust in zip(texts, trusts, strict=True)
    ]


IS_PRIVATE = Signal(
    "private_text",
    "1",
    pl.col("trust").is_in([Trust.USER, Trust.TOOL, Trust.RETRIEVED]),
    pl.Boolean(),
    private_text,
)
