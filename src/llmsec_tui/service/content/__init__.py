"""Who sees how much of what people and models wrote."""
