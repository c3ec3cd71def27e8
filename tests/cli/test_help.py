"""Help is instant."""

import subprocess
import sys

import pytest

HEAVY = ("textual", "polars", "duckdb", "sigma", "keyring", "apprise", "requests", "stix2")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["watch", "--help"],
        ["alerts", "--help"],
        ["incident", "--help"],
        ["incident", "run", "--help"],
        ["incidents", "policy", "--help"],
        ["--version"],
    ],
)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    """``--help`` answers without importing textual, polars or duckdb."""
    code = (
        "import sys\nfrom llmsec_tui.cli.app import app\n"
        f"try:\n    app({arguments!r})\nexcept SystemExit as stop:\n    assert not stop.code\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stderr.strip() == "[]"
    assert result.stdout


def test_a_wrong_option_is_a_usage_error() -> None:
    """Usage errors exit with 2 and say what to try."""
    result = subprocess.run(
        [sys.executable, "-m", "llmsec_tui", "scan", "--no-such-option", "x"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    assert "No such option" in result.stderr
    assert "Traceback" not in result.stderr
