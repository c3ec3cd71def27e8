"""Campaigns: alerts are brought to them as they come in, and people look at them as a whole."""
