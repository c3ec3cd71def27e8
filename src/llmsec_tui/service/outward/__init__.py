"""What leaves the collector: remedies that people run, and word to people."""
