"""Whether a model behaves otherwise than it did: measures, sketches of them, and honest statistics. Pure; no files."""
