"""Requests to servers that fail, hang, babble, point elsewhere or are not there; no failure tells an address."""

import socket
import threading
from collections.abc import Iterator

import pytest
from tests.patience import PATIENCE_S
from tests.service.outside import Site, serving

from llmsec_tui.incidents.states import RunState
from llmsec_tui.service.outward.requesting import MOST_BYTES, Request, request
from llmsec_tui.service.outward.runner import HEAD_BYTES, TAIL_BYTES, Ran


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def ask(url: str, timeout_s: float = PATIENCE_S, **headers: str) -> Ran:
    return request(Request(method="POST", url=url, body=b'{"a": 1}', headers=headers), timeout_s)


def test_a_request_carries_its_body_and_headers_and_its_answer_is_kept(site: Site) -> None:
    ran = ask(f"{site.url}/users/a%2Fb/block", Authorization="Bearer tökén")
    assert (ran.state, ran.exit_code, ran.output, ran.told) == (RunState.DONE, 200, b"done", "It answered 200.")
    [(method, path, headers, body)] = site.asked
    assert (method, path, body) == ("POST", "/users/a%2Fb/block", b'{"a": 1}')
    assert headers["authorization"].encode("latin-1").decode() == "Bearer tökén"
    assert headers["content-type"] == "application/json"


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_an_answer_that_is_no_success_is_a_failure_with_its_text(site: Site, status: int) -> None:
    site.status, site.body = status, b"no such user"
    ran = ask(site.url)
    assert (ran.state, ran.exit_code, ran.output) == (RunState.FAILED, status, b"no such user")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(site: Site, status: int) -> None:
    with serving() as elsewhere:
        site.status, site.headers = status, {"Location": elsewhere.url}
        ran = ask(site.url, Authorization="Bearer x")
        assert elsewhere.asked == []
    assert ran.state is RunState.FAILED
    assert "points elsewhere" in ran.told


def test_an_answer_without_end_is_cut(site: Site) -> None:
    site.endless, site.body = True, b"begin"
    ran = ask(site.url)
    assert ran.state is RunState.DONE
    assert ran.output.startswith(b"begin")
    assert len(ran.output) == HEAD_BYTES + TAIL_BYTES
    assert ran.output_bytes < 2 * MOST_BYTES


def test_a_server_that_hangs_is_not_waited_for(site: Site) -> None:
    site.hangs = threading.Event()
    ran = ask(site.url, timeout_s=4)
    assert (ran.state, ran.exit_code) == (RunState.TIMED_OUT, None)
    assert "whether it was done is not known" in ran.told


def test_a_server_that_answers_a_byte_now_and_then_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = threading.Event()

        def trickle() -> None:
            connection, _ = server.accept()
            with connection:
                while not done.wait(0.05):
                    try:
                        connection.sendall(b"H")
                    except OSError:
                        return

        thread = threading.Thread(target=trickle)
        thread.start()
        ran = ask(f"http://127.0.0.1:{server.getsockname()[1]}/", timeout_s=1)
        done.set()
        thread.join()
    assert ran.state is RunState.TIMED_OUT


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://127.0.0.1:1/s3cr3t", "It was not reached: connection refused."),
        ("http://no.such.host.invalid/s3cr3t", "It was not reached"),
        ("s3cr3t", "Its address makes no sense; nothing was sent."),
        ("http://[s3cr3t", "Its address makes no sense; nothing was sent."),
        ("ftp://127.0.0.1/s3cr3t", "nothing was sent"),
    ],
)
def test_a_failure_is_told_without_the_address(url: str, told: str) -> None:
    ran = ask(url)
    assert ran.state is RunState.FAILED
    assert told in ran.told
    assert "s3cr3t" not in ran.told


def test_a_server_without_a_good_certificate_is_told_nothing(site: Site) -> None:
    ran = ask(site.url.replace("http:", "https:") + "/s3cr3t")
    assert ran.told == "No safe connection was made, or its certificate is not accepted; nothing was sent."
    assert site.asked == []


def test_a_header_that_would_be_two_is_not_sent(site: Site) -> None:
    ran = ask(site.url, Authorization="Bearer x\r\nX-Other: y")
    assert ran.told == "A header makes no sense; nothing was sent."
    assert site.asked == []
