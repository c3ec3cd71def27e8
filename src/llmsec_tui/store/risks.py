"""How suspicious each entity has become, as it was at some time; what it is later, ``incidents/risk.py`` says."""

from collections.abc import Collection, Mapping

import polars as pl
from duckdb import DuckDBPyConnection

from llmsec_tui.incidents.risk import Risk
from llmsec_tui.store.arrow import append, lent

_READ = 'SELECT entity, risk, epoch_us("at") FROM entity_risk SEMI JOIN incoming USING (entity)'
_WRITE = "INSERT OR REPLACE INTO entity_risk BY NAME SELECT * FROM incoming"


def read_risks(connection: DuckDBPyConnection, entities: Collection[str]) -> dict[str, Risk]:
    """The risk of each of these that ever had any."""
    if not entities:
        return {}
    with lent(connection, pl.DataFrame({"entity": list(set(entities))}, schema={"entity": pl.String()})):
        found = connection.execute(_READ).fetchall()
    return {entity: Risk(amount, at) for entity, amount, at in found}


def write_risks(connection: DuckDBPyConnection, risks: Mapping[str, tuple[float, int]]) -> None:
    """Keep an amount and the time (µs) that it is of, for each entity."""
    rows = [(entity, amount, at) for entity, (amount, at) in risks.items()]
    schema = {"entity": pl.String(), "risk": pl.Float64(), "at": pl.Datetime("us")}
    append(connection, _WRITE, pl.DataFrame(rows, schema=schema, orient="row"))
