"""Logging in, sessions, users, roles and approvals: the service side of access."""
