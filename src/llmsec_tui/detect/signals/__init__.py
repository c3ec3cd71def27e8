"""Fields that are computed from an event's text: what rules ask for and cannot say in words."""
