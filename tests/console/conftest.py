"""Calm conditions for tests of the console."""

from pathlib import Path

import pytest
from textual.widgets import Input

from llmsec_tui.paths import Home


@pytest.fixture(autouse=True)
def _calm_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    """A blinking cursor makes screens differ from one look to the next."""
    monkeypatch.setattr(Input, "_toggle_cursor", lambda self: None)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty state directory."""
    home = Home(tmp_path / "home")
    home.create()
    return home
