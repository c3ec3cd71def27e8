"""The raw record behind an event, as a shell gets it."""

from hashlib import sha256
from pathlib import Path

import pytest

from llmsec_tui.cli.raw_record import show
from llmsec_tui.errors import SourceError


def fields(path: Path, offset: int, data: bytes) -> dict[str, str]:
    return {
        "event_id": "e1",
        "source_path": str(path),
        "source_offset": str(offset),
        "source_len": str(len(data)),
        "record_sha256": sha256(data).hexdigest(),
    }


def test_a_pipe_gets_exactly_the_bytes(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b'{"a":1}\n{"b":"\xff\x1b[31m"}\n')
    assert show(fields(path, 8, b'{"b":"\xff\x1b[31m"}'))
    said = capfdbinary.readouterr()
    assert said.out == b'{"b":"\xff\x1b[31m"}'
    assert b"The hash holds" in said.err


def test_a_terminal_gets_nothing_that_it_would_obey(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b'{"b":"\x1b[31m\xe2\x80\xae\x07"}\n')
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert show(fields(path, 0, path.read_bytes().strip()))
    out = capfdbinary.readouterr().out.decode()
    assert out.strip().isprintable()
    assert out.endswith("\n")


def test_other_bytes_than_were_read_are_told_of(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b'{"a":2}\n')
    assert not show(fields(path, 0, b'{"a":1}'))
    said = capfdbinary.readouterr()
    assert said.out == b'{"a":2}'
    assert b"The hash does not hold" in said.err
    assert sha256(b'{"a":1}').hexdigest().encode() in said.err


def test_an_event_without_a_record_has_no_bytes(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="has no record in it"):
        show(fields(tmp_path / "a.log", 0, b""))
    with pytest.raises(SourceError, match="cannot be read"):
        show(fields(tmp_path / "gone.log", 0, b"x"))
