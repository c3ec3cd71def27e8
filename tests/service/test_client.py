"""What a console has to carry."""

import subprocess
import sys

from tests.patience import PATIENCE_S


def test_the_client_is_light() -> None:
    """Consoles and commands start fast because neither Polars nor DuckDB nor Textual comes with the client."""
    program = (
        "import sys, llmsec_tui.service.client, llmsec_tui.service.launch;"
        "print([name for name in ('polars', 'duckdb', 'textual') if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE_S, check=True
    )
    assert ran.stdout.strip() == "[]"
