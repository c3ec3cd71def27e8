"""What is mechanical is put right; comments, layout and everything else stay as they are."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.detect.gate import examine, fix, lint
from llmsec_tui.detect.sigma.fixing import fixed
from llmsec_tui.detect.sigma.reading import parse

RULE = """\
# A comment at the top.
title: A rule   # and one beside
id: 6d5f2a0e-6a43-4b6e-9d1f-0c5a8e7f1b20
status: test
description: >-
  Something to
  look for.
author: Ann
date: 2026-01-02
tags:
  - owasp.llm01
  - atlas.aml-t0051   # the id
logsource: {product: llm, category: injection}
detection:
  it:
    text|contains: [one, 'two', "three"]
  condition: it
falsepositives:
  - none known
level: high
llmsec:
  confidence: 0.7
  playbook: [Look at it.]
  examples:
    match: [{text: one}, {text: two}]
    no_match: [{text: nothing}, {text: none}]
"""


def after(text: str) -> str:
    """The text as it is fixed, which must go without refusal."""
    changed, _, refusal = fixed(Path("rule.yml"), text)
    assert refusal == ""
    return changed


def test_a_tidy_rule_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "rule.yml").write_text(RULE, encoding="utf-8")
    assert [str(issue) for issue in examine([tmp_path]).issues] == []
    assert list(fix([tmp_path])) == []
    assert after(RULE) == RULE


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("title: A rule ", "Title: A rule "),
        ("falsepositives:", "FalsePositives:"),
        ("falsepositives:", "false_positives:"),
        ("no_match:", "no-match:"),
        ("confidence:", "Confidence:"),
        ("product: llm", "product: LLM"),
        ("status: test", "status: Test"),
        ("6d5f2a0e-6a43-4b6e-9d1f-0c5a8e7f1b20", "6D5F2A0E-6A43-4B6E-9D1F-0C5A8E7F1B20"),
        ("date: 2026-01-02", "date: 2026/01/02"),
        ("date: 2026-01-02", "date: '2026-1-2'"),
        ("date: 2026-01-02", "date: 2026.01.02"),
        ("- owasp.llm01", "- OWASP.LLM01"),
        ("- atlas.aml-t0051   # the id", "- atlas.AML.T0051   # the id"),
        ("  - owasp.llm01\n", "  - owasp.llm01\n  - owasp.llm01\n"),
        ("  - owasp.llm01\n", "  - owasp.llm01\n  - OWASP.LLM01\n"),
        ("[one, 'two', \"three\"]", "[one, 'two', one, \"three\", 'TWO']"),
        ("[one, 'two', \"three\"]", "[one, 'two', \"three\" , three]"),
        ("title: A rule   # and one beside\n", "title: A rule   # and one beside  \t\n"),
        ("  - none known\n", "  - none known  \n"),
        ("no_match: [{text: nothing}, {text: none}]\n", "no_match: [{text: nothing}, {text: none}]"),
        ("# A comment", "\ufeff# A comment"),
    ],
)
def test_one_thing_is_put_right_and_nothing_else(right: str, wrong: str) -> None:
    broken = RULE.replace(right, wrong, 1)
    assert broken != RULE
    assert after(broken) == RULE


@pytest.mark.parametrize(
    ("right", "wrong", "meant"),
    [
        ("product: llm", "Product: 'LLM'", "product: 'llm'"),
        ("level: high", 'level: "HIGH"', 'level: "high"'),
        (
            ": 6d5f2a0e-6a43-4b6e-9d1f-0c5a8e7f1b20",
            ": '{6d5f2a0e6a434b6e9d1f0c5a8e7f1b20}'",
            ": '6d5f2a0e-6a43-4b6e-9d1f-0c5a8e7f1b20'",
        ),
        ("- owasp.llm01", "- 'Owasp.llm01'", "- 'owasp.llm01'"),
    ],
)
def test_quotes_stay(right: str, wrong: str, meant: str) -> None:
    assert after(RULE.replace(right, wrong, 1)) == RULE.replace(right, meant, 1)


def test_dos_lines_become_plain_ones() -> None:
    assert after(RULE.replace("\n", "\r\n")) == RULE


def test_a_needless_all_goes_and_modifiers_stand_in_their_order() -> None:
    assert "    text|contains: one\n" in after(
        RULE.replace("text|contains: [one, 'two', \"three\"]", "text|contains|all: one")
    )
    swapped = RULE.replace("text|contains:", "text|contains|base64offset:")
    assert "    text|base64offset|contains: [" in after(swapped)


@pytest.mark.parametrize(
    ("right", "unsure"),
    [
        ("date: 2026-01-02", "date: 01/02/2026"),
        ("date: 2026-01-02", "date: 2026/13/02"),
        ("date: 2026-01-02", "date: yesterday"),
        ("level: high", "level: hihg"),
        ("level: high", "level: |\n  High\n"),
        ("falsepositives:", "falspositives:"),
        ("title: A rule ", "title: B\nTitle: A rule "),
        ("- owasp.llm01", "- owasp.llm11"),
        ("  - owasp.llm01\n", "  - owasp.llm01\n  - owasp.llm01   # twice, on purpose\n"),
        ("  - owasp.llm01\n", "  - owasp.llm01\n  - >-\n    owasp.llm01\n"),
        ("text|contains:", "text|contains|endswith:"),
        ("product: llm", "product: windows"),
    ],
)
def test_where_it_is_not_sure_it_leaves_things_alone(right: str, unsure: str) -> None:
    broken = RULE.replace(right, unsure, 1)
    assert after(broken) == broken


def test_spaces_inside_texts_on_several_lines_stay() -> None:
    text = RULE.replace("description: >-\n  Something to\n", "description: |\n  Something to  \n")
    assert after(text) == text


def test_what_is_no_yaml_is_left_alone(tmp_path: Path) -> None:
    for content in (b"a: [\n", b"\xff", b"a: 1\na: 2  \n", b"", b"- a  \n"):
        path = tmp_path / "rule.yml"
        path.write_bytes(content)
        assert list(fix([path])) == []
        assert path.read_bytes() == content


def test_references_are_put_right_together_with_the_id_they_are_of(tmp_path: Path) -> None:
    upper = RULE.replace("6d5f2a0e", "6D5F2A0E")
    counting = """\
---
title: Counting
id: 7d5f2a0e-6a43-4b6e-9d1f-0c5a8e7f1b20
status: test
description: x
tags: [owasp.llm01]
falsepositives: [x]
level: low
correlation:
  type: event_count
  rules: [6D5F2A0E-6a43-4b6e-9d1f-0c5a8e7f1b20]
  timespan: 5m
  Group_By: [user_id]
  condition: {gte: 3}
llmsec:
  confidence: 0.7
  playbook: [x]
  examples:
    match: [[{at: 0s, text: one}]]
    no_match: [[{at: 0s, text: nothing}]]
"""
    path = tmp_path / "rules.yml"
    path.write_text(upper + counting, encoding="utf-8")
    assert len(lint([path])) == 2
    [(changed, done)] = fix([path])
    assert (changed, done.refusal) == (path, "")
    assert sorted((one.line, one.code) for one in done.changes) == [(3, "id"), (37, "id"), (39, "unknown-key")]
    assert lint([path]) == []


def test_every_change_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "rule.yml"
    path.write_text(RULE.replace("level: high", "level: High"), encoding="utf-8")
    path.chmod(0o640)
    [(_, done)] = fix([path])
    assert [str(one) for one in done.changes] == [f"{path}:20: level: High is now high"]
    assert path.read_text(encoding="utf-8") == RULE
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


SLIPS = st.sampled_from(
    [
        ("title:", "TITLE:"),
        ("level: high", "level: HIGH"),
        ("date: 2026-01-02", "date: 2026/1/2"),
        ("- owasp.llm01\n", "- OWASP.llm01\n  - owasp.llm01\n"),
        ("product: llm", "product: Llm"),
        ("[one, 'two'", "[one, ONE, 'two'"),
        ("\n", "\r\n"),
        ("status: test\n", "status: Test   \n"),
        ("playbook: [Look at it.]", "playbook: [Look at it., Look at it.]"),
        ("# A comment", "\ufeff# A comment"),
        ("condition: it\n", "condition: it  # so: 'it'\n"),
    ]
)


@given(st.lists(SLIPS, max_size=5, unique=True))
def test_fixing_twice_is_fixing_once_and_ends_in_a_rule_that_reads_as_the_tidy_one(
    slips: list[tuple[str, str]],
) -> None:
    broken = RULE
    for right, wrong in slips:
        broken = broken.replace(right, wrong) if right == "\n" else broken.replace(right, wrong, 1)
    once = after(broken)
    assert after(once) == once
    assert parse(Path("a"), once)[0].data == parse(Path("a"), RULE)[0].data


@given(st.text(alphabet="abAB|:-[]{}'\"#, \n\r\t>.01", max_size=80))
def test_any_text_keeps_what_it_says_unless_it_is_told(text: str) -> None:
    before = parse(Path("a"), text)
    changed, changes, _ = fixed(Path("a"), text)
    if any(document.issues for document in before):
        assert changed == text
    elif changed != text:
        assert changes
        assert [one.data for one in parse(Path("a"), changed)] == [one.data for one in before] or any(
            change.code not in ("bom", "crlf", "trailing-space", "final-newline") for change in changes
        )
