"""Names for the files of a scan that do not depend on where their folder lies.

The id of an event without an id of its own is made of its source and offset. A collector names a source by its absolute
path; a scan by the path below what was given to it, so that a case gives the same ids on every machine. Two files that
are called alike below two things that were given get different ones, by the order of their whole paths.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from llmsec_tui.intake.discover import root
from llmsec_tui.intake.identity import source_id


def names(files: Sequence[Path], patterns: Sequence[str]) -> list[str]:
    """What each file is called; ``files`` are sorted, absolute, and what the patterns mean."""
    roots = sorted({root(pattern) for pattern in patterns}, key=lambda path: len(path.parts), reverse=True)
    alike: Counter[str] = Counter()
    found = []
    for file in files:
        name = _below(file, roots)
        alike[name] += 1
        found.append(name if alike[name] == 1 else f"{name}#{alike[name]}")
    return found


def named(name: str) -> str:
    """The source id of a file that is called so."""
    return source_id(name, 1)


def _below(file: Path, roots: Sequence[Path]) -> str:
    for start in roots:
        if file.is_relative_to(start) and file != start:
            return file.relative_to(start).as_posix()
    return file.name
