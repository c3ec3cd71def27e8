"""Monitors: statistics over the events of a selection, each a fold with its formula and where it comes from."""
