"""What the doctor says of the file of roles."""

from collections.abc import Iterator

from llmsec_tui.cli.finding import Finding
from llmsec_tui.paths import Home

_OTHERS_WRITE = 0o022


def roles(home: Home) -> Iterator[Finding]:
    """Whether it would be taken, as it is now."""
    from llmsec_tui.access.role_file import RolesError, load

    if not home.roles.exists():
        yield Finding("roles", "ok", "The shipped roles hold.")
        return
    try:
        found = load(home.roles)
    except RolesError as error:
        yield Finding("roles", "wrong", error.message, "Put it right; until then what held before holds.")
        return
    if home.roles.stat().st_mode & _OTHERS_WRITE:
        what = f"Others can write {home.roles}, so it is not taken."
        yield Finding("roles", "wrong", what, f"chmod go-w {home.roles}")
    else:
        given = len(found.os_users) + len(found.os_groups)
        yield Finding("roles", "ok", f"{home.roles}: {len(found.roles)} roles, {given} given to users and groups.")
