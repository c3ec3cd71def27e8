"""Rules over events: what a rule file says, which events it hits, and the evidence for it."""
