"""Rule files: read them strictly, check everything they say, and make conditions of them."""
