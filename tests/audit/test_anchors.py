"""Lines that say what the journal was are found again, whatever their keeper put around them."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmsec_tui.audit.anchors import Anchored, line_of, read_file
from llmsec_tui.errors import SourceError

hashes = st.binary(min_size=32, max_size=32)
anchors = st.builds(
    Anchored,
    origin=st.just("llmsec-tui/0123456789abcdef0123456789abcdef"),
    size=st.integers(0, 2**53 - 1),
    root=hashes,
    head=hashes,
    at=st.integers(0, 2**53 - 1),
    note=st.binary(max_size=300),
)
around = st.binary(max_size=40).map(lambda noise: noise.replace(b"\n", b" ").replace(b"\r", b" "))
ONE = Anchored("llmsec-tui/ab", 7, bytes(32), bytes(range(32)), 1_700_000_000_000_000, "— note\n".encode())


@settings(max_examples=60)
@given(given=st.lists(st.tuples(around, anchors), min_size=1, max_size=4))
def test_anchors_come_back_from_among_other_things(
    tmp_path_factory: pytest.TempPathFactory, given: list[tuple[bytes, Anchored]]
) -> None:
    path = tmp_path_factory.mktemp("anchors") / "kept"
    path.write_bytes(b"\n".join(before + line_of(anchored) for before, anchored in given))
    assert read_file(path) == [anchored for _, anchored in given]


def test_a_line_is_ascii_and_short_enough_for_a_syslog() -> None:
    line = line_of(ONE)
    assert line.isascii()
    assert b"\n" not in line
    assert line.startswith(b'{"anchor":1,"origin":"llmsec-tui/ab","size":7,')
    assert len(line) < 400


def test_what_syslog_and_a_full_disk_do_to_lines_hides_no_whole_one(tmp_path: Path) -> None:
    line = line_of(ONE)
    kept = tmp_path / "messages"
    kept.write_bytes(
        b"<109>1 2026-11-23T12:00:00Z host llmsec-tui 7 anchor - " + line + b"\n"
        b"Nov 23 12:00:00 host cron[1]: something else {}\n"
        + line[:100]
        + line
        + b"\r\n"
        + line[:-20]
        + b"\n"
        + line.replace(b'"size":7', b'"size":-7')
        + b"\n"
        + line.replace(b"000102", b"00010x")
        + b"\n\xff\xfe\n"
    )
    assert read_file(kept) == [ONE, ONE]


def test_a_file_that_holds_no_anchor_or_cannot_be_read_is_told_about(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with pytest.raises(SourceError, match="There is no anchor in"):
        read_file(tmp_path / "empty")
    with pytest.raises(SourceError, match="cannot be read: No such file"):
        read_file(tmp_path / "missing")
    with pytest.raises(SourceError, match="cannot be read: Is a directory"):
        read_file(tmp_path)
