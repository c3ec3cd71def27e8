"""The forms in which a text is looked at: folded and decoded, with the way back to the raw text."""
