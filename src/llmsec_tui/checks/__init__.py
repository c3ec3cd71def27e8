"""Tell personal numbers and secrets from what only looks like them. Pure: for masking and for detection alike."""
