"""Pinned records are found again in real files, whatever became of these."""

import gzip
import os
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import msgspec
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.incidents.cases import pin as made_pin
from tests.store.parts import batch, kept, message, named

from llmsec_tui.errors import NotFound, ServiceError, SourceError
from llmsec_tui.incidents.evidence import Result, place
from llmsec_tui.incidents.incident import Pin
from llmsec_tui.intake.read import read_whole
from llmsec_tui.service.context import Context
from llmsec_tui.service.desk import evidence, record_search
from llmsec_tui.service.desk.evidence import check, pinned, records
from llmsec_tui.service.desk.record_search import Search

LINES = [b'{"role": "user", "content": "one"}', b'{"role": "user", "content": "two \xc3\xa9"}', b'{"n": 3}']


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "logs" / "a.jsonl"
    path.parent.mkdir()
    path.write_bytes(b"\n".join(LINES) + b"\n")
    return path


def _pin(path: Path, number: int = 2) -> Pin:
    line = LINES[number - 1]
    offset = sum(len(earlier) + 1 for earlier in LINES[: number - 1])
    return made_pin(number, str(path), offset, len(line), sha256(line).hexdigest())


def _rename(path: Path) -> Path:
    return path.rename(path.with_name("a.jsonl.1"))


def _date(path: Path) -> Path:
    return path.rename(path.with_name("a-2026-11-23.jsonl"))


def _pack(path: Path) -> Path:
    packed = path.with_name("a.jsonl.2.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    return packed


def _rotate_and_write_on(path: Path) -> Path:
    renamed = _rename(path)
    path.write_bytes(b'{"another": "file"}\n' * 20)
    return renamed


def _copy_and_cut(path: Path) -> Path:
    copy = path.with_name("a.jsonl.1")
    shutil.copy(path, copy)
    path.write_bytes(b"")
    return copy


def test_an_untouched_record_is_intact_and_given_out(log: Path) -> None:
    [checked] = check([_pin(log)])
    assert (checked.result, checked.path) == (Result.INTACT, str(log))
    assert records([_pin(log)]) == {2: LINES[1]}


@pytest.mark.parametrize("rotate", [_rename, _date, _pack, _rotate_and_write_on, _copy_and_cut])
def test_a_record_is_found_where_rotation_took_it(log: Path, rotate: Callable[[Path], Path]) -> None:
    """And it is said under which name."""
    pin = _pin(log)
    now = rotate(log)
    [checked] = check([pin])
    assert (checked.result, checked.path) == (Result.INTACT, str(now))
    assert str(now) in checked.told
    assert records([pin]) == {2: LINES[1]}


def _change(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"two", b"TWO"))


def _cut(path: Path) -> None:
    os.truncate(path, len(LINES[0]) + 5)


def _delete(path: Path) -> None:
    path.unlink()


def _take_away(path: Path) -> None:
    shutil.rmtree(path.parent)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _damage(path: Path) -> None:
    packed = gzip.compress(path.read_bytes())
    path.write_bytes(packed[: len(packed) // 2])


@pytest.mark.parametrize(
    ("spoil", "result"),
    [
        (_change, Result.CHANGED),
        (_cut, Result.CUT),
        (_delete, Result.GONE),
        (_take_away, Result.GONE),
        (_folder, Result.UNREADABLE),
        (_pipe, Result.UNREADABLE),
        (_damage, Result.UNREADABLE),
    ],
)
def test_what_is_wrong_with_a_record_is_said_and_nothing_is_given_out(
    log: Path, spoil: Callable[[Path], None], result: Result
) -> None:
    """A pipe in the place of a file keeps nobody waiting."""
    spoil(log)
    [checked] = check([_pin(log)])
    assert checked.result is result
    assert str(log) in checked.told
    with pytest.raises(SourceError):
        records([_pin(log)])


def test_a_link_to_another_file_gives_nothing_of_it_away(log: Path, tmp_path: Path) -> None:
    """Whoever can write in a log's folder must not read with the collector's eyes."""
    secret = tmp_path / "secret"
    secret.write_bytes(b"root:x:0:0" * 50)
    log.unlink()
    log.symlink_to(secret)
    (log.parent / "a.jsonl.1").symlink_to("/dev/zero")
    [checked] = check([_pin(log)])
    assert checked.result is Result.CHANGED
    with pytest.raises(SourceError, match="Only what was pinned"):
        records([_pin(log)])


def test_a_record_in_an_archive_is_found_by_its_unpacked_place(tmp_path: Path) -> None:
    """Offsets of archives are those that intake counts: of the unpacked bytes."""
    packed = tmp_path / "a.jsonl.gz"
    packed.write_bytes(gzip.compress(b"\n".join(LINES) + b"\n"))
    stored = [record for read in read_whole(packed) for record in read.records]
    assert len(stored) == len(LINES)
    pins = [made_pin(one.index + 1, str(packed), one.offset, one.length, one.sha256.hex()) for one in stored]
    assert [checked.result for checked in check(pins)] == [Result.INTACT] * len(LINES)
    assert list(records(pins).values()) == LINES


def test_a_record_of_a_zstd_file_and_of_an_archives_member_is_intact_where_it_was_read(tmp_path: Path) -> None:
    """Their offsets count unpacked bytes too; to look at the packed ones would be to cry tampering."""
    plain = b"\n".join(LINES) + b"\n"
    packed = tmp_path / "a.jsonl.zst"
    packed.write_bytes(zstandard.compress(plain))
    archive = tmp_path / "run.eval"
    with ZipFile(archive, "w") as members:
        members.writestr("samples/1.jsonl", plain)
    for place_of in (packed, Path(f"{archive}!samples/1.jsonl")):
        pins = [_pin(place_of, number) for number in (1, 2, 3)]
        assert [one.result for one in check(pins)] == [Result.INTACT] * 3
        assert list(records(pins).values()) == LINES
    packed.write_bytes(zstandard.compress(plain.replace(b"one", b"ONE")))
    assert check([_pin(packed, 1)])[0].result is Result.CHANGED
    [gone] = check([_pin(Path(f"{archive}!samples/2.jsonl"), 1)])
    assert (gone.result, "samples/2.jsonl" in gone.told) == (Result.UNREADABLE, True)


def test_one_search_reads_so_much_and_no_more(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty archives beside a log, each a bomb, are not unpacked; what was found before is not lost by them."""
    found, missing = _pin(log, 1), made_pin(3, str(log), 1_000, 5, "ab")
    for number in range(1, 21):
        log.with_name(f"a.jsonl.{number}.gz").write_bytes(gzip.compress(bytes(100_000)))
    monkeypatch.setattr(record_search, "MOST_READ", 150_000)
    assert [one.result for one in check([found, missing])] == [Result.INTACT, Result.CUT]


def test_an_archive_is_read_once_for_all_its_records(log: Path) -> None:
    """A record that comes after where the budget ends is unreadable, and the ones before it are not."""
    packed = _pack(log).rename(log)
    budget = sum(len(line) + 1 for line in LINES)
    places = [place(_pin(packed, number)) for number in (1, 2, 3)]
    assert [seen.result for seen in Search(keep=False, most=budget).look(log, places).values()] == [Result.INTACT] * 3
    assert {seen.result for seen in Search(keep=False, most=9).look(log, places).values()} == {Result.UNREADABLE}


def test_more_records_than_are_given_out_stay_where_they_are(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "MOST_GIVEN", 5)
    with pytest.raises(SourceError, match="5 are the most"):
        records([_pin(log)])


@pytest.mark.parametrize("path", ["", "relative.jsonl", "/nowhere/at/all.jsonl", "/with\x00nul"])
def test_no_path_is_too_odd_to_be_checked(path: str) -> None:
    [checked] = check([made_pin(1, path, 0, 5, "ab")])
    assert checked.result in (Result.GONE, Result.UNREADABLE)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(texts=st.lists(st.text(max_size=20), min_size=1, max_size=8), data=st.data())
def test_any_byte_that_changes_in_a_record_is_seen(tmp_path: Path, texts: list[str], data: st.DataObject) -> None:
    """The neighbours of the record may change as they like."""
    lines = [msgspec.json.encode({"content": text, "role": "user"}) for text in texts]
    path = tmp_path / "any.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n")
    stored = [record for read in read_whole(path) for record in read.records]
    pins = [made_pin(one.index + 1, str(path), one.offset, one.length, one.sha256.hex()) for one in stored]
    place = data.draw(st.integers(0, path.stat().st_size - 1))
    content = bytearray(path.read_bytes())
    content[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    for pin, checked in zip(pins, check(pins), strict=True):
        hit = pin.source_offset <= place < pin.source_offset + pin.source_len
        assert checked.result is (Result.CHANGED if hit else Result.INTACT)


def test_a_pin_is_made_of_what_the_store_knows_of_an_event(context: Context) -> None:
    context.store.commit(batch([kept(3, message("hello"))]))
    reader = context.store.reader()
    made = pinned(reader, named(3), "look at this")
    assert (made.source_path, made.source_offset, made.source_len) == ("/logs/a.jsonl", 300, 100)
    assert made.sha256 == sha256(b"3").hexdigest()
    assert (made.event_id, made.note) == (named(3), "look at this")


def test_what_has_no_record_cannot_be_pinned(context: Context) -> None:
    """An event of the intake itself, or none at all."""
    empty = kept(4, message("the file was cut"))
    record = msgspec.structs.replace(empty.record, length=0)
    context.store.commit(batch([msgspec.structs.replace(empty, record=record)]))
    reader = context.store.reader()
    with pytest.raises(ServiceError, match="nothing to pin"):
        pinned(reader, named(4))
    with pytest.raises(NotFound):
        pinned(reader, "f" * 16)
