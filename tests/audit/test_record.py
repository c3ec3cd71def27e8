"""Records: old versions stay verifiable, and a hash is about every byte of its line."""

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
import rfc8785
from tests.audit.acts import Key, act, codes

from llmsec_tui.audit import canonical
from llmsec_tui.audit.journal import Journal
from llmsec_tui.audit.record import GENESIS, LINES, Act, Keeper, Result, chain, describe, seal, unsealed
from llmsec_tui.audit.verify import verify

OLD = Path(__file__).with_name("journal_of_version_1")
"""As the version before this one left it: ten records in three files."""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A copy; a repository does not keep modes, and a journal is for its owner only."""
    folder = shutil.copytree(OLD, tmp_path / "audit")
    folder.chmod(0o700)
    return folder


def test_a_journal_of_the_first_version_verifies(old: Path) -> None:
    """Its records have fewer fields and another domain, and nobody signed it."""
    found = verify(old)
    assert (found.ok, found.verified_seq) == (True, 10)
    assert found.head == "f932c64109789ebbee394920512b915905e2bc89825506e9576523f2c5807e5e"
    assert codes(old) == {"UNSEALED TAIL"}


def test_a_flip_in_an_old_record_is_found(old: Path) -> None:
    """As it was then."""
    file = old / "000001.jsonl"
    whole = bytearray(file.read_bytes())
    for place in range(0, len(whole), 11):
        whole[place] ^= 0x01
        file.write_bytes(whole)
        assert "BROKEN" in codes(old), f"byte {place}"
        whole[place] ^= 0x01


def test_an_old_journal_is_gone_on_with_and_sealed(old: Path) -> None:
    """New records follow in the same chain; the first seal covers the old ones too."""
    journal = Journal.open(old, Key())
    journal.append(act(11))
    rows, total = journal.page(limit=99)
    assert (total, rows[-1]["actor"], rows[-1]["session"]) == (12, "ada", "")
    journal.close()
    versions = [json.loads(line)["v"] for path in sorted(old.glob("0*")) for line in path.read_bytes().splitlines()]
    assert versions == [1] * 10 + [2] * 2
    assert codes(old) == {"VERIFIED"}


def record(reason: str = "why") -> dict[str, canonical.Value]:
    """All fields, with what could be mistaken for a hash."""
    facts = {"hash": "0" * 64, "x": ',"hash":"' + "1" * 64 + '"'}
    made = Act(Keeper(), "journal.test", ',"hash":"', Result.DONE, before=facts, after=facts, reason=reason)
    return describe(made, log_id="l", seq=1, at=2, mono=3, boot_id="b", prev=GENESIS)


@pytest.mark.parametrize("reason", ["why", ',"hash":"' + "f" * 64 + '"', '\\","hash":"', "\U0001f600 \ufb33"])
def test_a_hash_is_about_the_canonical_record(reason: str) -> None:
    """SHA-256 over the domain, the hash before and the record as RFC 8785 spells it, whatever the texts hold."""
    made = record(reason)
    digest, line = seal(made)
    spelled = rfc8785.dumps(made)
    assert digest == sha256(b"llmsec-audit-v2\0" + GENESIS + spelled).digest()
    assert unsealed(line) == spelled
    assert line == canonical.encode({**made, "hash": digest.hex()}) + b"\n"
    assert chain(2, GENESIS, line) == digest
    assert LINES.decode(line).hash == digest.hex()


def test_who_acted_is_told_in_full() -> None:
    """The kernel's word and the client's, apart."""
    who = json.loads(seal(describe(act(1), log_id="l", seq=1, at=2, mono=3, boot_id="b", prev=GENESIS))[1])["actor"]
    assert sorted(who) == ["loginuid", "os_user", "pid", "role", "session", "ssh_client", "tty", "uid", "user"]


def test_a_version_that_is_not_known_is_not_vouched_for() -> None:
    """It says which are."""
    with pytest.raises(ValueError, match="version 3, and this program knows 1 and 2"):
        chain(3, GENESIS, b"")
