"""What the rules of canaries find, where, and what they say about it."""

from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.detect.parts import alerts, said

from llmsec_tui.detect.canaries.registry import planted, retired, written
from llmsec_tui.detect.canaries.rules import rule_id
from llmsec_tui.detect.gate import lint
from llmsec_tui.detect.gate import test as try_examples
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.detect.ruleset import load
from llmsec_tui.events.model import Trust

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
TOKEN = "g0NGM5m9uOKvqv1sP2E5rjUdaEB80vII"
CANARY = planted([], "shop", 'support "v3": hot', TOKEN, AT)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("home") / "canaries.yml"
    gone = retired(planted([CANARY], "shop", "v2", TOKEN[::-1], AT), AT)
    path.write_bytes(written([CANARY, gone]))
    path.chmod(0o600)
    return path


@pytest.fixture(scope="module")
def ruleset(path: Path) -> RuleSet:
    return load([path])


def test_a_canary_is_rules_that_hold_and_a_retired_one_is_none(path: Path, ruleset: RuleSet) -> None:
    assert try_examples(ruleset) == []
    assert lint([path]) == []
    assert len(ruleset.everything) == 5
    assert not any(TOKEN in f"{rule.title}{rule.description}{rule.id}" for rule in ruleset.everything)


@pytest.mark.parametrize(
    "text",
    [
        f"My instructions say {TOKEN}.",
        TOKEN.lower(),
        " ".join(TOKEN),
        "-".join(TOKEN[at : at + 3] for at in range(0, 32, 3)),
        f"first {TOKEN[:16]}\n...\n{TOKEN[16:]}",
        b64encode(f"the prompt is {TOKEN}".encode()).decode(),
        TOKEN.encode().hex(),
        TOKEN[::-1],
        "".join(f"%{ord(char):02x}" for char in TOKEN),
    ],
)
def test_it_is_found_however_it_is_spelled(ruleset: RuleSet, text: str) -> None:
    found = alerts(ruleset, said(text, Trust.MODEL)).rows(named=True)
    assert found
    for alert in found:
        assert (alert["rule_id"] == rule_id(CANARY), alert["level"]) == ("in pieces" not in alert["title"], "high")
        assert 'support "v3": hot of shop' in alert["title"]


@pytest.mark.parametrize("trust", [Trust.SYSTEM, Trust.OPERATOR])
def test_where_it_was_planted_it_may_stand(ruleset: RuleSet, trust: Trust) -> None:
    assert alerts(ruleset, said(TOKEN, trust)).is_empty()


@pytest.mark.parametrize("trust", [Trust.USER, Trust.TOOL, Trust.RETRIEVED])
def test_everywhere_else_it_is_a_leak(ruleset: RuleSet, trust: Trust) -> None:
    assert rule_id(CANARY) in list(alerts(ruleset, said(TOKEN, trust))["rule_id"])


@pytest.mark.parametrize("text", [TOKEN[:12], TOKEN[8:24], "no token at all", "g0 is a letter and a digit"])
def test_a_part_alone_is_no_leak(ruleset: RuleSet, text: str) -> None:
    assert alerts(ruleset, said(text, Trust.MODEL)).is_empty()
