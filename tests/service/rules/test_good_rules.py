"""A collector runs with the rules that load, and says which do not."""

from pathlib import Path

import pytest
from tests.service.parts import RULE

from llmsec_tui.errors import ConfigError
from llmsec_tui.service.rules.good_rules import left_out, load_good, refused


def test_a_broken_rule_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    """The good ones run; the broken one is named with its file."""
    (tmp_path / "good.yml").write_text(RULE)
    (tmp_path / "broken.yml").write_text("title: [unfinished\n")
    ruleset, issues = load_good([tmp_path])
    assert [rule.path.name for rule in ruleset.rules] == ["good.yml"]
    assert left_out(issues).startswith("1 rule file is broken and left out, first ")
    assert refused(issues).startswith("1 rule file is broken and not loaded, so the rules before them stay in force; ")
    assert "broken.yml" in left_out(issues)


def test_rules_without_a_fault_are_no_problem(tmp_path: Path) -> None:
    """Nothing is said when there is nothing to say."""
    (tmp_path / "good.yml").write_text(RULE)
    ruleset, issues = load_good([tmp_path])
    assert (len(ruleset.rules), issues, left_out(issues)) == (1, [], "")


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """A collector that was told to use certain rules does not run without any."""
    with pytest.raises(ConfigError, match="missing"):
        load_good([tmp_path / "missing"])
