"""Monitors of behaviour and money: pure, hour by hour or day by day; time and what was measured are arguments."""
