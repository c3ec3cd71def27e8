"""Reports on a period: what is asked, and where the facts come from."""
