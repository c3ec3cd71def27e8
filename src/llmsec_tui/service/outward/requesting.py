"""Send one request over HTTP: with a limit on time and on what is read, and never on to where the answer points."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llmsec_tui import __version__
from llmsec_tui.incidents.states import RunState
from llmsec_tui.patience import within
from llmsec_tui.service.outward.runner import Output, Ran

if TYPE_CHECKING:
    from requests import PreparedRequest, Response

MOST_BYTES = 1024 * 1024
"""What is read of an answer; the rest is not waited for."""
_READ_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked of whom. ``url`` and values of ``headers`` may be secret: they are told to nobody else."""

    method: str
    url: str
    body: bytes
    """JSON."""
    headers: Mapping[str, str]


def request(asked: Request, timeout_s: float) -> Ran:
    """How it went; never raises for what the other side does. A status below 300 is a success."""
    began = time.monotonic()
    try:
        return within(timeout_s, lambda: _answered(asked, began, timeout_s))
    except TimeoutError:
        told = f"There was no answer within {timeout_s:g} s; whether it was done is not known."
        return Ran(state=RunState.TIMED_OUT, exit_code=None, took_us=_since(began), told=told)


def _answered(asked: Request, began: float, timeout_s: float) -> Ran:
    import requests

    headers: dict[str, str | bytes | None] = {
        "User-Agent": f"llmsec-tui/{__version__}",
        "Content-Type": "application/json",
        **{name: value.encode() for name, value in asked.headers.items()},
    }
    try:
        with (
            requests.Session() as session,
            session.request(
                asked.method,
                asked.url,
                data=asked.body,
                headers=headers,
                timeout=timeout_s,
                allow_redirects=False,
                stream=True,
                auth=_as_it_is,
            ) as response,
        ):
            output = _read(response)
            return _told(response, output, began)
    except (requests.RequestException, ValueError, OSError) as error:
        return Ran(state=RunState.FAILED, exit_code=None, took_us=_since(began), told=_why(error))


def _as_it_is(prepared: "PreparedRequest") -> "PreparedRequest":
    """Without it a ~/.netrc would put its password over the header that the policy gives."""
    return prepared


def _read(response: "Response") -> Output:
    output = Output()
    for chunk in response.iter_content(_READ_BYTES):
        output.add(chunk)
        if output.total >= MOST_BYTES:
            break
    return output


def _told(response: "Response", output: Output, began: float) -> Ran:
    status = response.status_code
    told = f"It answered {status}."
    if 300 <= status < 400:
        told = f"It answered {status} and points elsewhere; that was not followed."
    return Ran(
        state=RunState.DONE if 200 <= status < 300 else RunState.FAILED,
        exit_code=status,
        took_us=_since(began),
        output=output.kept,
        cut=output.cut,
        told=told,
    )


def _why(error: Exception) -> str:
    """A sentence without the address: what the library says quotes it, and it may be a secret."""
    import requests
    from requests import exceptions

    no_address = (exceptions.InvalidURL, exceptions.MissingSchema, exceptions.InvalidSchema)
    if isinstance(error, exceptions.SSLError):
        return "No safe connection was made, or its certificate is not accepted; nothing was sent."
    if isinstance(error, exceptions.ProxyError):
        return "The proxy refused; it was not reached."
    if isinstance(error, requests.Timeout):
        return "It did not answer in time."
    if isinstance(error, no_address):
        return "Its address makes no sense; nothing was sent."
    if isinstance(error, exceptions.InvalidHeader):
        return "A header makes no sense; nothing was sent."
    if isinstance(error, requests.ConnectionError):
        reason = _system_said(error)
        return f"It was not reached{f': {reason.lower()}' if reason else ''}."
    return f"The exchange broke off ({type(error).__name__}); whether it was done is not known."


def _system_said(error: BaseException) -> str:
    """What the operating system says in the depth of an error, or nothing."""
    seen: list[BaseException] = [error]
    for one in seen:
        if isinstance(one, OSError) and one.strerror and one.errno is not None:
            return one.strerror
        inner = [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
        seen += [each for each in inner if isinstance(each, BaseException) and all(each is not was for was in seen)]
    return ""


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1e6)
