"""How long tests wait for what has to happen."""

PATIENCE_S = 120.0
"""Far more than it takes on a machine that has other things to do; only a failure ever waits that long."""
