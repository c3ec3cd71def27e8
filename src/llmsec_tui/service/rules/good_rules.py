"""Load the rules that are fit to run, and say which are not.

The rule gate refuses a set with any fault. A collector that has to watch now runs with what is good and complains.
"""

from collections.abc import Sequence
from pathlib import Path

from llmsec_tui.detect.canaries.registry import FILE as CANARIES
from llmsec_tui.detect.ruleset import RuleSet, read
from llmsec_tui.errors import ConfigError, RuleIssue

_MEND = "Run: llmsec-tui rules lint"


def load_good(paths: Sequence[Path]) -> tuple[RuleSet, list[RuleIssue]]:
    """The rules of all files without a fault, and what is wrong with the others.

    Raises ConfigError for a path that is not there.
    """
    if missing := next((path for path in paths if not path.exists() and path.name != CANARIES), None):
        raise ConfigError(f"There are no rules at {missing}.", hint="Name a directory of *.yml files with --rules.")
    return read(paths)


def left_out(issues: Sequence[RuleIssue]) -> str:
    """A sentence about rules that do not load at a start; "" when all do."""
    return f"{_broken(issues)} left out, first {issues[0]}. {_MEND}" if issues else ""


def refused(issues: Sequence[RuleIssue]) -> str:
    """A sentence about files that were to take the place of rules that run."""
    return f"{_broken(issues)} not loaded, so the rules before them stay in force; first {issues[0]}. {_MEND}"


def _broken(issues: Sequence[RuleIssue]) -> str:
    broken = len({issue.path for issue in issues})
    return "1 rule file is broken and" if broken == 1 else f"{broken} rule files are broken and"
