"""The event model: what every format becomes, and how its texts and repeats are identified."""
