"""The DuckDB file: schema, writer, named queries."""
