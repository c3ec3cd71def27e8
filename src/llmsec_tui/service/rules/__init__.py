"""The rules of a running collector: in force, changed, tried, explained."""
