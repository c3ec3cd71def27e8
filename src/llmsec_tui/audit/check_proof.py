#!/usr/bin/env python3
"""Check that records are in a journal of llmsec-tui, with nothing of llmsec-tui but this file.

    check_proof.py VKEY < proofs.jsonl          what `llmsec-tui audit prove` and `audit export` write
    check_proof.py VKEY OLD_NOTE < head.json    what `llmsec-tui audit head --since SIZE` writes, against an old note

VKEY is the journal's verifier key: get it from somebody you trust, not from whoever gave you the proof.
Needs Python 3.9 or later and the package `cryptography`. Exits with 0 if everything holds, else with 1.

A record's hash is SHA-256("llmsec-audit-v2" NUL, the hash before, the record). It is a leaf of a Merkle tree (RFC 6962)
whose root stands in a checkpoint, which is signed with Ed25519 (C2SP signed-note).
"""

import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def signed_lines(note: str, vkey: str) -> list[str]:
    """The lines of a note, if the key signed it."""
    name, key_id, encoded = vkey.split("+", 2)
    key = base64.b64decode(encoded, validate=True)
    if sha256(name.encode(), b"\n", key)[:4].hex() != key_id or key[:1] != b"\x01":
        raise ValueError("VKEY is no verifier key, or a character of it was changed")
    text, _, signatures = note.rpartition("\n\n")
    for line in signatures.splitlines():
        dash, signer, signed = line.split(" ")
        signature = base64.b64decode(signed, validate=True)
        if (dash, signer, signature[:4].hex()) == ("—", name, key_id):
            Ed25519PublicKey.from_public_bytes(key[1:]).verify(signature[4:], (text + "\n").encode())
            return text.split("\n")
    raise ValueError("the checkpoint is not signed with this key")


def size_and_root(note: str, vkey: str) -> tuple[int, bytes]:
    lines = signed_lines(note, vkey)
    if lines[0] != vkey.split("+")[0]:
        raise ValueError("the checkpoint is about another journal than the key")
    return int(lines[1]), base64.b64decode(lines[2], validate=True)


def climb(old: bytes, new: bytes, index: int, last: int, path: list[bytes]) -> tuple[bytes, bytes]:
    """The roots that a path leads to (RFC 9162, 2.1.3.2 and 2.1.4.2): of the tree without and with what came later."""
    for node in path:
        if last == 0:
            raise ValueError("the path is too long")
        if index & 1 or index == last:
            old, new = sha256(b"\x01", node, old), sha256(b"\x01", node, new)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            new = sha256(b"\x01", new, node)
        index, last = index >> 1, last >> 1
    if last:
        raise ValueError("the path is too short")
    return old, new


def check_record(proof: dict[str, Any], vkey: str) -> str:
    size, root = size_and_root(proof["note"], vkey)
    raw = proof["record"].encode()
    record = json.loads(raw)
    domain = b"llmsec-audit-v" + str(record["v"]).encode() + b"\x00"
    leaf = sha256(b"\x00", sha256(domain, bytes.fromhex(record["prev"]), raw))
    path = [bytes.fromhex(node) for node in proof["path"]]
    if not 0 < record["seq"] <= size or climb(leaf, leaf, record["seq"] - 1, size - 1, path)[1] != root:
        raise ValueError("the record is not in the signed tree")
    actor = record["actor"]
    who = f"{actor['user']!a} (uid {actor['uid']})"
    what = f"{record['action']!a} on {record['object']!a}: {record['result']!a}"
    return f"record {record['seq']} is one of the {size} that were signed: {who}, {what}"


def check_consistency(head: dict[str, Any], old_note: str, vkey: str) -> str:
    first, old_root = size_and_root(old_note, vkey)
    size, new_root = size_and_root(head["note"], vkey)
    path = [bytes.fromhex(node) for node in head["consistency"]]
    if not 0 < first <= size:
        raise ValueError("the journal is shorter than it was")
    if first == size:
        if path:
            raise ValueError("the path is too long")
        roots = (old_root, old_root)
    else:
        start = old_root if first & (first - 1) == 0 else path.pop(0)
        index, last = first - 1, size - 1
        while index & 1:
            index, last = index >> 1, last >> 1
        roots = climb(start, start, index, last, path)
    if roots != (old_root, new_root):
        raise ValueError("the journal does not go on from what it was")
    return f"the journal of {size} records begins with the {first} of the old note"


def main(arguments: list[str]) -> int:
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    checked = 0
    for line in sys.stdin:
        try:
            if len(arguments) == 2:
                told = check_consistency(json.loads(line), Path(arguments[1]).read_text("utf-8"), arguments[0])
            else:
                told = check_record(json.loads(line), arguments[0])
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, OSError, InvalidSignature) as error:
            print(f"DOES NOT HOLD: {type(error).__name__} {error}".rstrip(), file=sys.stderr)
            return 1
        print(f"HOLDS: {told}")
        checked += 1
    if not checked:
        print("DOES NOT HOLD: nothing was given", file=sys.stderr)
    return 0 if checked else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
