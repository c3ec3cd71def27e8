"""What the doctor says of the file of roles."""

from pathlib import Path

import pytest

from llmsec_tui.cli.finding_roles import roles
from llmsec_tui.paths import Home


@pytest.mark.parametrize(
    ("text", "mode", "verdict", "what"),
    [
        (None, 0, "ok", "The shipped roles hold."),
        ("os_users: {ada: analyst}", 0o600, "ok", "6 roles, 1 given to users and groups"),
        ("os_users: {ada: analist}", 0o600, "wrong", "roles.yml:1:12: unknown: there is no 'analist' for 'ada'"),
        ("login: optional", 0o620, "wrong", "Others can write"),
    ],
)
def test_whether_the_file_of_roles_would_be_taken(
    tmp_path: Path, text: str | None, mode: int, verdict: str, what: str
) -> None:
    home = Home(tmp_path)
    if text is not None:
        home.roles.write_text(text)
        home.roles.chmod(mode)
    [finding] = roles(home)
    assert finding.verdict == verdict
    assert what in finding.what
