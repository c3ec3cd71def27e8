"""Plant canaries in prompts, list them and retire them."""
