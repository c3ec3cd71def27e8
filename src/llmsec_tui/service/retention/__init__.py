"""Content that goes for good: erased by people, expired with time, or held back from both."""
