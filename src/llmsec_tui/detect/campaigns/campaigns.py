"""Bring alerts to campaigns: to the one that a payload like theirs belongs to, or to a new one."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import polars as pl

from llmsec_tui.detect.campaigns.concepts import gist
from llmsec_tui.detect.campaigns.payload import payload
from llmsec_tui.detect.campaigns.sketch import bands, letters, likeness, sketch
from llmsec_tui.events.schema import CAMPAIGN

LIKE = 0.5
"""Payloads that share so much are variants of each other."""
MEMORY = 7 * 86_400_000_000
"""Microseconds after its last alert for which a campaign takes in more."""
MOST = 20_000
"""Variants that are remembered; the one longest unseen is forgotten first."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A payload that was seen, as it is remembered."""

    variant_id: str
    campaign_id: str
    sketch: bytes
    gist: str | None
    at: int
    """When it was last seen, in microseconds since 1970 UTC."""


class Campaigns:
    """Goes through alerts in the order of their arrival, so it doesn't matter how they are cut into batches."""

    def __init__(self, secret: bytes, known: Iterable[Variant] = ()) -> None:
        """``secret`` makes the names of variants, so that nobody can guess a payload by its name; ``known`` are the
        variants of earlier alerts, the one that was seen longest ago first."""
        self._secret = blake2b(secret, person=b"variants").digest()
        self._variants: OrderedDict[str, Variant] = OrderedDict()
        self._bands: dict[tuple[int, bytes], dict[str, None]] = {}
        self._gists: dict[str, dict[str, None]] = {}
        for one in known:
            self._remember(one)

    def assigned(self, alerts: pl.DataFrame, texts: Mapping[str, str], now: int) -> pl.DataFrame:
        """The same alerts (``schema.ALERTS``) with the columns of ``schema.CAMPAIGN``.

        ``texts`` has the text of each event by its id; ``now`` (µs) is the time of alerts that have none.
        """
        wanted = alerts.select(
            *("alert_id", "event_id", "tags", "n_events", "decoded_text", "spans"),
            pl.col("ts").dt.epoch("us").fill_null(now),
        )
        rows = [self._assign(alert, texts.get(alert["event_id"])) for alert in wanted.iter_rows(named=True)]
        return alerts.hstack(pl.DataFrame(rows, schema=CAMPAIGN, orient="row"))

    def _assign(self, alert: Mapping[str, Any], text: str | None) -> Sequence[object]:
        said = payload(alert, text)
        spelled = letters(said) if said is not None else ""
        sketched = sketch(spelled)
        if said is None or sketched is None:
            return (None, None, None, None)
        name = blake2b(spelled.encode("utf-8", "surrogatepass"), key=self._secret, digest_size=8).hexdigest()
        idea, at = gist(said), alert["ts"]
        same = self._variants.get(name)
        near = same if same is not None and _is_open(same, at) else self._nearest(sketched, idea, at)
        campaign = near.campaign_id if near is not None else alert["alert_id"]
        self._remember(Variant(name, campaign, sketched, idea, at if same is None else max(same.at, at)))
        return (campaign, name, sketched, idea)

    def _nearest(self, sketched: bytes, idea: str | None, at: int) -> Variant | None:
        """The open variant that is most like this one; without any, the first that says the same in other words."""
        names = dict.fromkeys(name for band in bands(sketched) for name in self._bands.get(band, ()))
        near = [one for name in names if _is_open(one := self._variants[name], at)]
        best = max(near, key=lambda one: (likeness(sketched, one.sketch), -one.at, one.variant_id), default=None)
        if best is not None and likeness(sketched, best.sketch) >= LIKE:
            return best
        alike = (self._variants[name] for name in self._gists.get(idea or "", ()))
        return next((one for one in alike if _is_open(one, at)), None)

    def _remember(self, one: Variant) -> None:
        self._forget(one.variant_id)
        self._variants[one.variant_id] = one
        for band in bands(one.sketch):
            self._bands.setdefault(band, {})[one.variant_id] = None
        if one.gist is not None:
            self._gists.setdefault(one.gist, {})[one.variant_id] = None
        while len(self._variants) > MOST:
            self._forget(next(iter(self._variants)))

    def _forget(self, name: str) -> None:
        one = self._variants.pop(name, None)
        if one is None:
            return
        for band in bands(one.sketch):
            _take(self._bands, band, name)
        if one.gist is not None:
            _take(self._gists, one.gist, name)


def _take(index: dict[Any, dict[str, None]], key: object, name: str) -> None:
    names = index[key]
    del names[name]
    if not names:
        del index[key]


def _is_open(one: Variant, at: int) -> bool:
    return abs(at - one.at) <= MEMORY
