"""The audit journal in a running collector: its anchors, its key, and what is asked about it."""
