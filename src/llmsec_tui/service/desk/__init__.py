"""The incident desk of a running collector: what changes incidents, and what they are made from."""
