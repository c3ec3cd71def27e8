"""What is asked about campaigns, and what a collector that starts has to remember of them."""

from duckdb import DuckDBPyConnection

from llmsec_tui.detect.campaigns.campaigns import MOST, Variant
from llmsec_tui.errors import NotFound
from llmsec_tui.store.alert_queries import PREFIX_LENGTH, whole_id
from llmsec_tui.store.rows import Row, rows

MOST_VARIANTS = 200
"""That are shown of one campaign."""
_MOST_NAMES = 5

_OF_CAMPAIGN = """
SELECT campaign_id, max(seq) AS seq,
    first(title ORDER BY list_position(['informational', 'low', 'medium', 'high', 'critical'], level) DESC, seq)
        AS title,
    ['informational', 'low', 'medium', 'high', 'critical'][max(list_position(
        ['informational', 'low', 'medium', 'high', 'critical'], level))] AS level,
    count(*) AS alerts, count(*) FILTER (state = 'new' AND suppressed_by IS NULL) AS open_alerts,
    count(DISTINCT user_id) AS users, count(DISTINCT coalesce(conversation_id, source_path)) AS conversations,
    count(DISTINCT variant_id) AS variants,
    coalesce(list_sort(list_distinct(list(app) FILTER (app IS NOT NULL)))[:$names], []) AS apps,
    coalesce(list_sort(list_distinct(list(decoded_by) FILTER (decoded_by IS NOT NULL)))[:$names], []) AS encodings,
    epoch_us(min(coalesce(ts, raised_at))) AS first_at, epoch_us(max(coalesce(ts, raised_at))) AS last_at,
    first(user_id ORDER BY coalesce(ts, raised_at), seq) AS first_user,
    first(alert_id ORDER BY coalesce(ts, raised_at), seq) AS first_alert_id,
    coalesce(first(excerpt ORDER BY coalesce(ts, raised_at), seq), '') AS excerpt
FROM alerts
"""
_EACH = """
GROUP BY campaign_id
HAVING count(DISTINCT coalesce(conversation_id, source_path)) > 1 OR count(DISTINCT variant_id) > 1
ORDER BY max(seq) DESC
"""
_ALL = _OF_CAMPAIGN + "WHERE campaign_id IS NOT NULL AND state <> 'withdrawn'" + _EACH
_ONE = _OF_CAMPAIGN + "WHERE campaign_id = $campaign_id AND state <> 'withdrawn' GROUP BY campaign_id"
_VARIANTS = """
SELECT variant_id, count(*) AS alerts, count(DISTINCT user_id) AS users,
    epoch_us(min(coalesce(ts, raised_at))) AS first_at, epoch_us(max(coalesce(ts, raised_at))) AS last_at,
    first(user_id ORDER BY coalesce(ts, raised_at), seq) AS first_user,
    coalesce(list_sort(list_distinct(list(decoded_by) FILTER (decoded_by IS NOT NULL)))[:$names], []) AS encodings,
    first(alert_id ORDER BY coalesce(ts, raised_at), seq) AS alert_id,
    coalesce(first(excerpt ORDER BY coalesce(ts, raised_at), seq), '') AS excerpt
FROM alerts WHERE campaign_id = $campaign_id AND state <> 'withdrawn'
GROUP BY variant_id ORDER BY first_at, variant_id LIMIT $most
"""
_RULES = """
SELECT title, count(*) FROM alerts WHERE campaign_id = $campaign_id AND state <> 'withdrawn'
GROUP BY title ORDER BY count(*) DESC, title
"""
_IDS = """
SELECT DISTINCT campaign_id FROM alerts WHERE starts_with(campaign_id, $prefix) AND state <> 'withdrawn' LIMIT 2
"""
_OF_ALERT = "SELECT campaign_id FROM alerts WHERE alert_id = $alert_id"
_KNOWN = """
SELECT variant_id, last(campaign_id ORDER BY seq), last(sketch ORDER BY seq), last(gist ORDER BY seq),
    epoch_us(max(coalesce(ts, raised_at)))
FROM alerts WHERE sketch IS NOT NULL AND state <> 'withdrawn'
GROUP BY variant_id ORDER BY max(seq) DESC LIMIT $most
"""


def campaigns(cursor: DuckDBPyConnection) -> list[Row]:
    """Every campaign with more than one conversation or variant, that with the newest alert first."""
    return rows(cursor, _ALL, {"names": _MOST_NAMES})


def campaign(cursor: DuckDBPyConnection, name: str) -> Row:
    """One campaign by its id, or by that of an alert in it: the fields of ``CampaignDetail``. Raises NotFound."""
    campaign_id = _campaign_id(cursor, name)
    given: dict[str, object] = {"campaign_id": campaign_id, "names": _MOST_NAMES}
    [row] = rows(cursor, _ONE, given)
    return {
        "row": row,
        "rules": dict(cursor.execute(_RULES, {"campaign_id": campaign_id}).fetchall()),
        "variants": rows(cursor, _VARIANTS, {**given, "most": MOST_VARIANTS}),
    }


def _campaign_id(cursor: DuckDBPyConnection, name: str) -> str:
    # The first alert of a campaign may be outside of what its reader sees, so it is not looked for as an alert first.
    found = cursor.execute(_IDS, {"prefix": name}).fetchall() if len(name) >= PREFIX_LENGTH else []
    if len(found) > 1:
        raise NotFound(f"More than one campaign begins with {name}.", hint="Give more characters of the id.")
    if not found:
        found = cursor.execute(_OF_ALERT, {"alert_id": whole_id(cursor, name)}).fetchall()
    [(campaign_id,)] = found
    if campaign_id is None:
        raise NotFound(f"Alert {name} is in no campaign.", hint="See: llmsec-tui campaigns list")
    return str(campaign_id)


def known_variants(connection: DuckDBPyConnection) -> list[Variant]:
    """The variants of earlier alerts, the one that was seen longest ago first."""
    found = connection.execute(_KNOWN, {"most": MOST}).fetchall()
    return [Variant(name, campaign_id, sketch, gist, at) for name, campaign_id, sketch, gist, at in reversed(found)]
