"""Simulated incidents that prove detection end to end."""
