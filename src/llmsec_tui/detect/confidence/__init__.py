"""One confidence out of the rules that hit a text and what the learned scorer makes of it."""
