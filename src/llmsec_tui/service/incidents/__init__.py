"""What can be asked about incidents, done about them, and how it is answered."""
