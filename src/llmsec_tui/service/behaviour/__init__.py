"""How models behave: measured as events come in, compared with what is usual, told to people."""
