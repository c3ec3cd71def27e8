"""Put labelled texts before the rules as live detection puts events there, and keep what came of each."""
