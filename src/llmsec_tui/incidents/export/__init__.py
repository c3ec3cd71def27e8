"""An incident's file, to be taken out: for people, for other programs, and for a court."""
