"""Rules over time: what the hits of other rules add up to, group by group, in event time."""
