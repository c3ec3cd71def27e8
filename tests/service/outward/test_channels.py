"""Each kind of channel against a real server, socket or script; no failure tells an address."""

import logging
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from tests.patience import PATIENCE_S
from tests.service.outside import NOW, Site, serving

from llmsec_tui.incidents.policy import Channel
from llmsec_tui.service.outward.channels import Delivery, deliver
from llmsec_tui.service.outward.message import Message
from llmsec_tui.service.outward.syslog import rfc5424

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
"""Apprise imports it on Pythons that still have it."""

MESSAGE = Message(
    about="opened",
    title="System prompt leaked",
    at=NOW,
    incident_id="INC-7",
    level="high",
    state="new",
    by="llmsec-tui",
    details=["opened by level"],
    n_alerts=3,
)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def send(
    kind: str, target: str = "", *command: str, message: Message = MESSAGE, patience_s: float = PATIENCE_S
) -> Delivery:
    channel = Channel(name="pager", kind=kind, target=target, command=command)
    return deliver(channel, message, threading.Event(), patience_s)


def test_a_webhook_gets_json_with_all_of_it_and_a_text_for_people(site: Site) -> None:
    assert send("webhook", f"{site.url}/hook") == Delivery(True)
    [(_, _, _, body)] = site.asked
    told = msgspec.json.decode(body)
    assert (told["incident_id"], told["level"], told["state"], told["n_alerts"]) == ("INC-7", "high", "new", 3)
    assert told["text"].startswith("[high] INC-7 opened: System prompt leaked\n")


def test_a_webhook_that_fails_is_told_by_its_answer(site: Site) -> None:
    site.status = 500
    assert send("webhook", f"{site.url}/s3cr3t") == Delivery(False, "It answered 500.")


def test_apprise_delivers_and_adds_nothing_of_its_own(site: Site) -> None:
    target = site.url.replace("http:", "json:") + "/hook"
    assert send("apprise", target) == Delivery(True)
    [(_, _, _, body)] = site.asked
    told = msgspec.json.decode(body)
    assert told["title"] == "[high] INC-7 opened: System prompt leaked"
    assert "state new, level high, owner nobody, alerts 3" in told["message"]
    assert b"http" not in body.lower().replace(b'"version"', b"")
    assert "apprise" not in body.decode().lower()


def test_apprise_that_fails_says_why_without_the_address(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    narrated: list[str] = []

    class Narration(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            narrated.append(record.getMessage())

    monkeypatch.setattr(logging.getLogger(), "handlers", [Narration(logging.INFO)])
    site.status = 500
    target = site.url.replace("http://", "json://bob:s3cr3t-word@") + "/s3cr3t-path"
    delivery = send("apprise", target)
    assert not delivery.delivered
    assert "500" in delivery.why
    assert "s3cr3t" not in delivery.why
    assert not any("s3cr3t" in line for line in narrated)


def test_apprise_follows_no_redirect(site: Site) -> None:
    with serving() as elsewhere:
        site.status, site.headers = 302, {"Location": elsewhere.url}
        assert not send("apprise", site.url.replace("http:", "json:")).delivered
        assert elsewhere.asked == []


@pytest.mark.parametrize("target", ["nonsense", "nosuch://s3cr3t", "slack://s3cr3t"])
def test_an_address_that_apprise_does_not_know_is_told(target: str) -> None:
    assert send("apprise", target) == Delivery(False, "Apprise does not understand its address.")


def test_apprise_that_hangs_is_not_waited_for(site: Site) -> None:
    site.hangs = threading.Event()
    delivery = send("apprise", site.url.replace("http:", "json:"), patience_s=0.5)
    site.hangs.set()
    assert not delivery.delivered


def test_a_command_gets_the_message_as_json_and_fails_by_its_code(tmp_path: Path) -> None:
    assert send("exec", "", "/bin/sh", "-c", f"cat > {tmp_path}/got").delivered
    assert msgspec.json.decode((tmp_path / "got").read_bytes())["incident_id"] == "INC-7"
    assert send("exec", "", "/bin/false") == Delivery(False, "It ended with 1.")
    assert "no such program" in send("exec", "", "/nowhere").why
    assert "took more than" in send("exec", "", "sleep", "60", patience_s=0.2).why


def test_syslog_over_udp_is_one_datagram() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(PATIENCE_S)
        port = server.getsockname()[1]
        assert send("syslog", f"127.0.0.1:{port}").delivered
        first = server.recv(65_536)
        assert send("syslog", f"udp://127.0.0.1:{port}").delivered
        assert server.recv(65_536) == first
    head, _, text = first.decode().partition("\ufeff")
    assert head.startswith("<107>1 2025-11-24T16:00:00.000000Z ")
    assert " llmsec-tui " in head
    assert ' opened [llmsec@32473 incident="INC-7" level="high" state="new" owner="" by="llmsec-tui" ' in head
    assert text.startswith("[high] INC-7 opened: System prompt leaked; INC-7: opened by level; ")


def test_syslog_over_tcp_is_counted() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE_S)
        assert send("syslog", f"tcp://127.0.0.1:{server.getsockname()[1]}").delivered
        connection, _ = server.accept()
        with connection:
            count, _, record = connection.makefile("rb").read().partition(b" ")
    assert int(count) == len(record)
    assert record.startswith(b"<107>1 ")


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_syslog_over_a_local_socket_of_either_kind(tmp_path: Path, kind: socket.SocketKind) -> None:
    path = tmp_path / "log"
    with socket.socket(socket.AF_UNIX, kind) as server:
        server.bind(str(path))
        server.settimeout(PATIENCE_S)
        if kind is socket.SOCK_DGRAM:
            assert send("syslog", str(path)).delivered
            record = server.recv(65_536)
        else:
            server.listen()
            assert send("syslog", f"unix:{path}").delivered
            connection, _ = server.accept()
            with connection:
                record = connection.makefile("rb").read()
            assert record.endswith(b"\n")
    assert record.startswith(b"<107>1 ")


@pytest.mark.parametrize("target", ["/nowhere/log", "tcp://127.0.0.1:1", "smtp://h:1", "127.0.0.1:99999999", ""])
def test_syslog_that_is_not_there_is_told(target: str) -> None:
    delivery = send("syslog", target)
    assert not delivery.delivered
    assert delivery.why


def test_nothing_in_a_message_breaks_out_of_its_field() -> None:
    evil = 'a"] [x@1 level="low"]\\\n<0>1 - -'
    record = rfc5424(msgspec.structs.replace(MESSAGE, owner=evil, about="a b\n"), "ho st", 1).decode()
    assert 'owner="a\\"\\] [x@1 level=\\"low\\"\\]\\\\\n<0>1 - -"' in record
    assert " ho_st llmsec-tui 1 a_b_ [llmsec@32473 " in record


def test_an_address_can_be_kept_elsewhere(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hook").write_text(f"{site.url}/hook\n")
    assert send("webhook", f"file:{tmp_path}/hook").delivered
    monkeypatch.setenv("A_HOOK", f"{site.url}/hook")
    assert send("webhook", "env:A_HOOK").delivered
    assert len(site.asked) == 2


def test_an_address_that_is_not_where_it_should_be_is_told(tmp_path: Path) -> None:
    missing = send("webhook", f"file:{tmp_path}/nowhere").why
    assert missing.startswith(f"The file {tmp_path}/nowhere of the channel pager cannot be read: no such file")
    (tmp_path / "empty").write_text("\n")
    assert "holds no text" in send("webhook", f"file:{tmp_path}/empty").why
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    assert "holds no text" in send("webhook", f"file:{tmp_path}/binary").why
    assert "cannot be read" in send("webhook", f"file:{tmp_path}").why
    assert send("webhook", "env:NO_SUCH_VARIABLE_HERE").why.startswith("The variable NO_SUCH_VARIABLE_HERE of the chan")


def test_a_kind_of_another_version_is_told() -> None:
    assert send("pigeon", "x") == Delivery(False, "This version knows no channels of kind pigeon.")
