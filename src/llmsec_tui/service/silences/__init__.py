"""What people do not want to be shown, and what is kept from them."""
