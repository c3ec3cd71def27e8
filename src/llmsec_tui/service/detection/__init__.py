"""How sure detection has to be before it alarms anybody: what a team decided, and its alarm budget."""
