"""Platforms that applications send their traces to, as they export them."""
