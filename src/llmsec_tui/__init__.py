"""An operations console for the security of LLM applications, in the terminal."""

__version__ = "0.1.0"
