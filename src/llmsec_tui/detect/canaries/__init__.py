"""Tokens planted in prompts, which stand nowhere else unless the prompt leaked, and the rules that look for them."""
