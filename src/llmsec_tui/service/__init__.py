"""The only door for people: the collector process, its socket, queries and commands."""
