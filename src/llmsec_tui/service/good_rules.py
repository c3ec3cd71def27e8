"""Load the rules that are fit to run, and say which are not.

The rule gate refuses a set with any fault. A collector that has to watch now runs with what is good and complains.
"""

from collections.abc import Sequence
from pathlib import Path

from llmsec_tui.detect.ruleset import RuleSet, read
from llmsec_tui.errors import ConfigError


def load_good(paths: Sequence[Path]) -> tuple[RuleSet, str]:
    """The rules of all files without a fault, and a sentence about the others, or "" when there are none.

    Raises ConfigError for a path that is not there.
    """
    if missing := next((path for path in paths if not path.exists()), None):
        raise ConfigError(f"There are no rules at {missing}.", hint="Name a directory of *.yml files with --rules.")
    ruleset, issues = read(paths)
    if not issues:
        return ruleset, ""
    broken = len({issue.path for issue in issues})
    count = "1 rule file is" if broken == 1 else f"{broken} rule files are"
    return ruleset, f"{count} broken and left out, first {issues[0]}. Run: llmsec-tui rules lint"
