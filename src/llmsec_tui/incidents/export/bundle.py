"""Choose formats, and make their files and the manifest over them."""

from collections.abc import Callable, Mapping, Sequence

from llmsec_tui.errors import ServiceError
from llmsec_tui.incidents.export.case import Case, File
from llmsec_tui.incidents.export.html import html
from llmsec_tui.incidents.export.manifest import manifest
from llmsec_tui.incidents.export.markdown import markdown
from llmsec_tui.incidents.export.ocsf import ocsf
from llmsec_tui.incidents.export.stix import stix
from llmsec_tui.incidents.export.timesketch import as_csv, as_json_lines
from llmsec_tui.incidents.export.whole import whole

_MAKERS: Mapping[str, Mapping[str, Callable[[Case], bytes]]] = {
    "markdown": {"md": markdown},
    "html": {"html": html},
    "json": {"json": whole},
    "stix": {"stix.json": stix},
    "ocsf": {"ocsf.jsonl": ocsf},
    "timesketch": {"timesketch.jsonl": as_json_lines, "timesketch.csv": as_csv},
}
FORMATS = tuple(_MAKERS)
"""What is made when nobody says what."""
EVIDENCE = "evidence"
"""The pinned records themselves, which are only given out when they are asked for."""


def formats_of(asked: Sequence[str]) -> list[str]:
    """The formats that are meant, each once. Raises ServiceError for one that there is not."""
    known = (*FORMATS, EVIDENCE)
    if unknown := [name for name in asked if name not in known]:
        raise ServiceError(f"There is no format {unknown[0][:40]!r}.", hint=f"There are: {', '.join(known)}.")
    return list(dict.fromkeys(asked)) or list(FORMATS)


def bundle(case: Case, formats: Sequence[str], records: Mapping[int, bytes] | None = None) -> list[File]:
    """The files, the manifest last. ``records`` are those of pins by number, which become files as they are.

    The same case gives the same bytes. Raises ServiceError for a format that there is not.
    """
    stem = case.incident.incident_id
    files = [
        File(f"{stem}.{ending}", make(case))
        for name in formats_of(formats)
        if name != EVIDENCE
        for ending, make in _MAKERS[name].items()
    ]
    files += [File(f"{stem}.pin-{number}.raw", content) for number, content in sorted((records or {}).items())]
    return [*files, manifest(files, case.masked)]
