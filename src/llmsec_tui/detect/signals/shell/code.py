"""Command lines inside of program texts, in Python above all: what a program hands to a shell."""

from collections.abc import Iterator

import re2

_CALLS = re2.compile(
    r"(?:os\.(?:system|popen)|subprocess\.(?:run|call|Popen|check_call|check_output|getoutput)|execSync|spawnSync|exec|"
    r"shell_exec|passthru|system)\(\s*\[?\s*[rf]?(\"\"\"|'''|\"|'|`)"
)
_UNSEEN = re2.compile(r"\b(?:exec|eval)\([^\n]{0,80}(?:b64decode|fromhex|decodebytes|atob|Buffer\.from)\(")
_FETCHED = re2.compile(r"\b(?:exec|eval)\([^\n]{0,60}(?:urlopen|requests\.get)\(")
_OPENS = re2.compile(
    r"\bopen\([^)\n]{0,80}(?:\.aws/credentials|\.ssh/id_[a-z0-9]+['\"]|/etc/shadow|\.netrc|\.git-credentials|\.kube/config|/environ['\"])"
)
_DESTROYS = re2.compile(
    r"(?i)\bshutil\.rmtree\(\s*(?:os\.path\.expanduser\(\s*)?['\"](?:/|~/?|/(?:home|etc|var|usr|root)/?|c:\\\\?)['\"]"
)
_METADATA = re2.compile(
    r"\b(?:get|urlopen|fetch|request|put)\(\W{0,6}https?://(?:169\.254\.169\.254|metadata\.google\.internal|169\.254\.170\.2)"
)
_LONGEST_LINE = 4096
_MOST = 64


def shell_lines(code: str) -> Iterator[str]:
    """The texts that a program hands to a shell or starts as a list of words, and lines that begin with ``!``."""
    for line in code.split("\n")[:_LONGEST_LINE]:
        bare = line.strip()
        if bare.startswith("!") and len(bare) > 2:
            yield bare[1:]
    for _, found in zip(range(_MOST), _CALLS.finditer(code), strict=False):
        quote = found.group(1)
        start = found.end()
        stop = code.find(quote, start, start + _LONGEST_LINE)
        if stop < 0:
            continue
        if "[" in code[found.start() : start]:
            stop = code.find("]", start, start + _LONGEST_LINE)
            words = code[start : stop if stop >= 0 else start + _LONGEST_LINE].replace(quote, "").split(",")
            yield " ".join(word.strip() for word in words)
        else:
            yield code[start:stop]


def code_actions(code: str) -> Iterator[str]:
    """Names of ``actions.ACTIONS`` that a program does by itself."""
    if _UNSEEN.search(code):
        yield "decodes_to_shell"
    if _FETCHED.search(code):
        yield "pipes_to_shell"
    if _DESTROYS.search(code):
        yield "destroys"
    if _METADATA.search(code):
        yield "reads_metadata"
    if _OPENS.search(code):
        yield "reads_credentials"
