"""Planting, listing and retiring canaries: what changes, what goes on record, and who sees a token."""

from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from tests.service.parts import actor

from llmsec_tui.detect.canaries.registry import MOST, load, planted, written
from llmsec_tui.detect.canaries.token import new
from llmsec_tui.detect.ruleset import read
from llmsec_tui.errors import NotFound, ServiceError
from llmsec_tui.paths import Home
from llmsec_tui.service.asks import Done
from llmsec_tui.service.canaries.api import AddCanary, CanaryCommand, CanaryRow, ListCanaries, RetireCanary
from llmsec_tui.service.canaries.handlers import list_canaries
from llmsec_tui.service.commands import carry_out
from llmsec_tui.service.context import Context
from llmsec_tui.service.permission import lack


@pytest.fixture
def path(context: Context, home: Home) -> Path:
    context.rules.paths = [home.canaries]
    return home.canaries


def do(context: Context, command: CanaryCommand) -> Done:
    return carry_out(context, actor(), command)


def add(context: Context, token: str, app: str = "shop", prompt: str = "v3") -> Done:
    return do(context, AddCanary(command_id=uuid4().hex, app=app, prompt=prompt, token=token))


def listed(context: Context, *, whole: bool = False) -> list[CanaryRow]:
    with closing(context.store.reader()) as reader:
        return list_canaries(context, reader, ListCanaries(whole=whole)).rows


def test_a_canary_is_planted_listed_and_retired_and_the_journal_never_has_the_token(
    context: Context, path: Path
) -> None:
    token = new()
    done = add(context, token)
    assert done.version == 1
    assert path.stat().st_mode & 0o777 == 0o600
    [row] = listed(context)
    assert (row.canary_id, row.app, row.prompt, row.retired_at) == ("C-1", "shop", "v3", None)
    assert (row.token, token) == (f"{token[:3]}…", listed(context, whole=True)[0].token)
    assert row.rule_id in read([path])[0].by_id
    do(context, RetireCanary(command_id="r", canary_id="c-1", note="v4 is out"))
    [gone] = listed(context, whole=True)
    assert (gone.token, gone.rule_id, gone.retired_at is None) == ("", "", False)
    assert read([path])[0].everything == ()
    assert add(context, new()).version == 2
    records, _ = context.journal.page()
    assert {row["action"] for row in records} == {"canaries.add", "canaries.retire"}
    assert {row["object"] for row in records} == {"canary:C-1", "canary:C-2"}
    assert token not in str(records)
    assert token.encode() not in context.store.path.read_bytes()


@pytest.mark.parametrize(
    ("token", "app", "prompt", "why"),
    [
        ("short1", "shop", "v3", "fewer than 16"),
        ("onlywordsandnothingelse", "shop", "v3", "no digits"),
        ("g0NGM5m9uOKvqv1sP2E5", "", "v3", "'app' is one line"),
        ("g0NGM5m9uOKvqv1sP2E5", "shop", "a\nb", "'prompt' is one line"),
    ],
)
def test_what_makes_no_canary_is_refused_on_record_and_changes_nothing(
    context: Context, path: Path, token: str, app: str, prompt: str, why: str
) -> None:
    with pytest.raises(ServiceError, match=why):
        add(context, token, app, prompt)
    assert not path.exists()
    [record] = context.journal.page()[0]
    assert record["result"] == "failed"
    assert token not in str(record)


def test_a_token_is_planted_once_and_the_number_of_canaries_is_bounded(context: Context, path: Path) -> None:
    add(context, "g0NGM5m9uOKvqv1sP2E5")
    with pytest.raises(ServiceError, match="is C-1 already"):
        add(context, "G0ngm5M9uOKvqv1sP2E5")
    [first], _ = load(path)
    found = [first]
    for _ in range(MOST - 1):
        found.append(planted(found, "shop", "v3", new(), first.planted))
    path.write_bytes(written(found))
    with pytest.raises(ServiceError, match="which are the most"):
        add(context, new())


def test_nothing_is_changed_while_the_file_is_broken_or_exposed(context: Context, path: Path) -> None:
    add(context, new())
    before = path.read_bytes()
    path.chmod(0o644)
    for ask in (
        lambda: add(context, new()),
        lambda: do(context, RetireCanary(command_id="r", canary_id="C-1", note="why")),
        lambda: listed(context),
    ):
        with pytest.raises(ServiceError, match="chmod 600"):
            ask()
    assert path.read_bytes() == before


def test_what_is_not_there_cannot_be_retired_nor_twice_nor_without_a_reason(context: Context, path: Path) -> None:
    add(context, new())
    with pytest.raises(NotFound, match="no canary C-7"):
        do(context, RetireCanary(command_id="1", canary_id="C-7", note="why"))
    with pytest.raises(ServiceError, match="with a reason"):
        do(context, RetireCanary(command_id="2", canary_id="C-1", note=" "))
    do(context, RetireCanary(command_id="3", canary_id="C-1", note="why"))
    with pytest.raises(ServiceError, match="is retired since"):
        do(context, RetireCanary(command_id="4", canary_id="C-1", note="why"))


def test_a_viewer_sees_that_there_are_canaries_and_not_their_tokens() -> None:
    somebody = actor("viewer")
    assert lack(somebody, ListCanaries(), lambda _: []) is None
    refused = lack(somebody, ListCanaries(whole=True), lambda _: [])
    assert refused is not None
    assert "canaries.manage" in refused.refused.message
