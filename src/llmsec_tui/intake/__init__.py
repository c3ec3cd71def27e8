"""From growing files to records with exact offsets."""
