"""The raw record behind an event, as a shell gets it."""

from hashlib import sha256

import pytest

from llmsec_tui.cli.raw_record import show
from llmsec_tui.service.content.api import RawRecord


def record(data: bytes, then: bytes | None = None, *, masked: bool = False) -> RawRecord:
    return RawRecord(
        event_id="e1",
        source_path="/logs/a.log",
        source_offset=8,
        source_len=len(data),
        record_sha256=sha256(data if then is None else then).hexdigest(),
        now_sha256=sha256(data).hexdigest(),
        data=data,
        masked=masked,
    )


def test_a_pipe_gets_exactly_the_bytes(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert show(record(b'{"b":"\xff\x1b[31m"}'))
    said = capfdbinary.readouterr()
    assert said.out == b'{"b":"\xff\x1b[31m"}'
    assert b"The hash holds" in said.err


def test_a_terminal_gets_nothing_that_it_would_obey(
    capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert show(record(b'{"b":"\x1b[31m\xe2\x80\xae\x07"}'))
    out = capfdbinary.readouterr().out.decode()
    assert out.strip().isprintable()
    assert out.endswith("\n")


def test_other_bytes_than_were_read_are_told_of(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert not show(record(b'{"a":2}', b'{"a":1}'))
    said = capfdbinary.readouterr()
    assert said.out == b'{"a":2}'
    assert b"The hash does not hold" in said.err
    assert sha256(b'{"a":1}').hexdigest().encode() in said.err


def test_who_does_not_see_all_is_told_so(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert show(record('{"to":"‹email›"}'.encode(), masked=True)) is True
    said = capfdbinary.readouterr()
    assert b"not the record as it is" in said.err
