"""Find options and values among the words of a command."""

from collections.abc import Iterator, Sequence

from llmsec_tui.detect.signals.shell.running import Run


def has_letter(args: Sequence[str], letters: str) -> bool:
    """Whether a short option has any of these letters: ``-rf`` has ``r`` and ``f``."""
    return any(
        len(word) > 1 and word[0] == "-" and word[1] != "-" and any(one in word for one in letters) for word in args
    )


def has(args: Sequence[str], *names: str) -> bool:
    """Whether one of these words is there, also as ``--name=value``."""
    return any(
        word in names or word.startswith(tuple(f"{name}=" for name in names if name[:2] == "--")) for word in args
    )


def value(args: Sequence[str], *names: str) -> str | None:
    """The value of the first of these options: the next word, or what stands behind ``=`` or a single letter."""
    for at, word in enumerate(args):
        if word in names:
            return args[at + 1] if at + 1 < len(args) else None
        for name in names:
            if name[:2] == "--" and word.startswith(name + "="):
                return word[len(name) + 1 :]
            if len(name) == 2 and name[0] == "-" and word.startswith(name) and word[1] != "-":
                return word[2:]
    return None


def positional(args: Sequence[str], *valued: str) -> list[str]:
    """The words that are no options, nor the values of those that are named; after ``--`` all of them."""
    found: list[str] = []
    skip = False
    for at, word in enumerate(args):
        if word == "--":
            return [*found, *args[at + 1 :]]
        if skip or word in valued:
            skip = not skip
        elif not word.startswith("-") or word == "-":
            found.append(word)
    return found


def starts(run: Run, *words: str) -> bool:
    """Whether the first words that are no options are these."""
    return positional(run.args)[: len(words)] == list(words)


def written(run: Run) -> Iterator[str]:
    """The files that a program writes to: redirections, ``tee``, the target of a copy, ``sed -i``."""
    yield from (target for operator, target in run.redirects if ">" in operator and operator != ">&")
    names = positional(run.args)
    if run.program in ("tee", "add-content", "set-content", "out-file"):
        yield from names
        if run.program != "tee" and (path := value(run.args, "-Path", "-FilePath", "-LiteralPath")):
            yield path
    elif run.program in ("cp", "mv", "install", "ln", "rsync", "copy-item", "move-item") and len(names) > 1:
        yield names[-1]
    elif run.program in ("sed", "perl") and has_letter(run.args, "i"):
        yield from names[1:]
    elif run.program == "dd":
        yield from (word[3:] for word in run.args if word.startswith("of="))
