"""Find what a condition looks for, by the cheapest way that gives the exact answer, and say where it was."""
