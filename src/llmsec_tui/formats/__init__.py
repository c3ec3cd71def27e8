"""One module per log format: a decoded record in, events out."""
