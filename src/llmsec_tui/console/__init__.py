"""The Textual app: a client of the service, and of nothing else."""
