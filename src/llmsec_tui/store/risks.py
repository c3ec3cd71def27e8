"""How suspicious each entity has become, as it was at some time; what it is later, ``incidents/risk.py`` says."""

from collections.abc import Collection, Mapping

from duckdb import DuckDBPyConnection

from llmsec_tui.incidents.risk import Risk
from llmsec_tui.store.upsert import Upsert

_READ = """
SELECT entity, risk, epoch_us("at") FROM entity_risk
SEMI JOIN (SELECT unnest($entities::VARCHAR[]) AS entity) AS incoming USING (entity)
"""
_WRITE = Upsert(
    """
UPDATE entity_risk SET risk = incoming.risk, "at" = incoming."at" FROM (incoming_rows) AS incoming
WHERE entity_risk.entity = incoming.entity
""",
    "INSERT INTO entity_risk BY NAME SELECT * FROM (incoming_rows) AS incoming ANTI JOIN entity_risk USING (entity)",
    """
SELECT unnest($entities::VARCHAR[]) AS entity, unnest($amounts::DOUBLE[]) AS risk,
    make_timestamp(unnest($ats::BIGINT[])) AS "at"
""",
)


def read_risks(connection: DuckDBPyConnection, entities: Collection[str]) -> dict[str, Risk]:
    """The risk of each of these that ever had any."""
    if not entities:
        return {}
    found = connection.execute(_READ, {"entities": list(set(entities))}).fetchall()
    return {entity: Risk(amount, at) for entity, amount, at in found}


def write_risks(connection: DuckDBPyConnection, risks: Mapping[str, tuple[float, int]]) -> None:
    """Keep an amount and the time (µs) that it is of, for each entity."""
    given = {
        "entities": list(risks),
        "amounts": [amount for amount, _ in risks.values()],
        "ats": [at for _, at in risks.values()],
    }
    _WRITE.run(connection, given, len(risks))
