"""How a scan of any size is cut up, worked off in parallel, and put together again the same way."""
