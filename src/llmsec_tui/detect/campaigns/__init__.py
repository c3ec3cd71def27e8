"""Alerts that say the same thing again, in variants, to different people: one campaign."""
