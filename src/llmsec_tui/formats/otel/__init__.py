"""OpenTelemetry: the framings that spans and logs are written in, and the dialects that their attributes speak."""
