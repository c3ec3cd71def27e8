"""The hashes of all files of an export, as ``sha256sum -c`` reads them."""

from collections.abc import Sequence
from hashlib import sha256

from llmsec_tui.incidents.export.case import File

NAME = "manifest.sha256"


def manifest(files: Sequence[File]) -> File:
    """One line a file, in their order."""
    lines = [f"{sha256(file.content).hexdigest()}  {file.name}\n" for file in files]
    return File(NAME, "".join(lines).encode("ascii"))
