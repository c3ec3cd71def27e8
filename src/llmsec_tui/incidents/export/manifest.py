"""The hashes of all files of an export, as ``sha256sum -c`` reads them."""

from collections.abc import Sequence
from hashlib import sha256

from llmsec_tui.incidents.export.case import File

NAME = "manifest.sha256"


def manifest(files: Sequence[File], masked: str = "") -> File:
    """One line a file, in their order; before them, as a comment, what was left out of the files."""
    lines = [f"# {masked}\n"] if masked else []
    lines += [f"{sha256(file.content).hexdigest()}  {file.name}\n" for file in files]
    return File(NAME, "".join(lines).encode("ascii"))
