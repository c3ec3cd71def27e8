"""What a file holds is told without repeats, with each call's usage counted once."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from llmsec_tui.cli.app import app
from llmsec_tui.formats.registry import Registry
from llmsec_tui.service.survey import survey


def write(path: Path, *records: dict[str, Any] | str) -> Path:
    path.write_text("".join(one if isinstance(one, str) else json.dumps(one) + "\n" for one in records))
    return path


def spoken(uuid: str, text: str, tokens: int) -> dict[str, Any]:
    """A line of a transcript; all lines of a message tell its usage."""
    usage = {"input_tokens": 10, "cache_read_input_tokens": 5, "output_tokens": tokens}
    message = {"id": "m1", "role": "assistant", "content": [{"type": "text", "text": text}], "usage": usage}
    return {"type": "assistant", "uuid": uuid, "sessionId": "s", "message": message}


def test_repeats_amendments_and_usage_are_each_told_once(tmp_path: Path) -> None:
    """Of the two lines of one message the last says what it used; a copied line is a repeat."""
    first, second = spoken("u1", "one", 1), spoken("u2", "two", 7)
    found = survey(write(tmp_path / "a.jsonl", first, second, first, spoken("u2", "two more", 7)), Registry())
    assert (found.format, found.formats.total(), found.events, found.repeats) == ("claude-code", 4, 2, 1)
    assert (found.used.input_tokens, found.used.output_tokens) == (15, 7)
    assert found.contents == 2


def test_what_cannot_be_judged_has_its_reason(tmp_path: Path) -> None:
    """And what is no JSON, or of no format, is counted too."""
    parts = [{"type": "text", "text": "Look"}, {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}]
    call = {"model": "m", "messages": [{"role": "user", "content": parts}], "response": "Nice"}
    found = survey(write(tmp_path / "a.jsonl", call, "{oh\n", {"a": 1}), Registry())
    assert found.coverage == pytest.approx(2 / 3)
    assert (dict(found.hidden), found.dead_letters) == ({"elsewhere": 1}, 1)
    assert dict(found.unknown) == {"unrecognised/a": 1}


def test_an_empty_file_has_no_coverage(tmp_path: Path) -> None:
    found = survey(write(tmp_path / "a.jsonl"), Registry())
    assert (found.format, found.coverage) == ("none", None)


def test_the_command_tells_a_line_a_file(tmp_path: Path) -> None:
    """Also beside one that is not there."""
    write(tmp_path / "a.jsonl", spoken("u1", "one", 3))
    run = CliRunner().invoke(
        app, ["--home", str(tmp_path / "home"), "formats", "identify", str(tmp_path / "a.jsonl"), str(tmp_path / "no")]
    )
    row = json.loads(run.stdout)
    assert (row["format"], row["events"], row["coverage"], row["output_tokens"]) == ("claude-code", 1, "100%", 3)
