"""Frames: what comes out is what went in, and nothing that comes in can do harm."""

from asyncio import StreamReader
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.errors import ServiceError
from llmsec_tui.service.api import GetAlert, GetStatus, Request, WatchPaths
from llmsec_tui.service.wire import BadFrame, Envelope, frame, read_body, unpack, unpack_ask


def _fed(*pieces: bytes) -> StreamReader:
    reader = StreamReader()
    for piece in pieces:
        reader.feed_data(piece)
    reader.feed_eof()
    return reader


@given(st.integers(1, 2**63 - 1), st.text(max_size=50))
async def test_a_request_survives_the_wire(number: int, alert_id: str) -> None:
    """The envelope gives the id, and the ask inside decodes to what was asked."""
    request = Request(id=number, ask=GetAlert(alert_id=alert_id), deadline_ms=7)
    body = await read_body(_fed(frame(request)))
    assert body is not None
    envelope = unpack(body, Envelope)
    assert (envelope.id, envelope.deadline_ms, unpack_ask(envelope.ask)) == (number, 7, request.ask)


@given(st.binary(max_size=200))
async def test_any_bytes_are_frames_or_named_errors(data: bytes) -> None:
    """Whatever arrives is read as frames, or refused with BadFrame or ServiceError, and nothing else."""
    reader = _fed(data)
    with suppress(ServiceError):
        while (body := await read_body(reader, limit=100)) is not None:
            unpack_ask(unpack(body, Envelope).ask)


@given(st.binary(max_size=200))
async def test_any_body_of_the_right_length_is_decoded_or_refused(body: bytes) -> None:
    """Framing that is right does not make the body right."""
    with suppress(ServiceError):
        unpack_ask(unpack(body, Envelope).ask)


async def test_the_end_between_frames_is_no_error() -> None:
    """A client that leaves politely is not logged as broken."""
    reader = _fed(frame(Request(id=1, ask=GetStatus())))
    assert await read_body(reader) is not None
    assert await read_body(reader) is None


@pytest.mark.parametrize("data", [b"\0", b"\0\0\0\5abc", b"\0\0\0\0", b"\xff\xff\xff\xff"])
async def test_cut_empty_and_enormous_frames_are_refused(data: bytes) -> None:
    """A length is believed only within its bounds, and only when that many bytes come."""
    with pytest.raises(BadFrame):
        await read_body(_fed(data))


def test_deep_nesting_is_refused() -> None:
    """A body of a hundred thousand open arrays ends in an error and not in the stack."""
    with pytest.raises(BadFrame):
        unpack(b"\x91" * 100_000 + b"\x00", Envelope)


def test_names_that_are_no_text_are_refused_and_not_sent() -> None:
    """File names may hold any bytes; the error spells them out."""
    with pytest.raises(ServiceError, match=r"/logs/\\udcff cannot be sent"):
        frame(Request(id=1, ask=WatchPaths(command_id="c1", paths=["/logs/\udcff"])))
