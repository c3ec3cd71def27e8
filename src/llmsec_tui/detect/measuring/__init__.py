"""Measure how well detection tells attacks from what only looks like one: numbers in, rates and intervals out."""
