"""Incidents: what happened to them as events, the acts that change them, and what follows from those."""
