"""The Merkle tree: the published vectors, and every path in every small tree."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.audit.tree import (
    EMPTY_ROOT,
    Range,
    Tree,
    leaf_hash,
    node_hash,
    root_of_path,
    roots_of_consistency,
)

CT_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
        "606162636465666768696a6b6c6d6e6f",
    )
]
"""Of the reference implementation of Certificate Transparency."""
CT_ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
CT_INCLUSION = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
"""By the number of the leaf, from 1, and the size."""
CT_CONSISTENCY = {
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def grown(leaves: list[bytes]) -> Range:
    """The range of a tree of these leaves."""
    tree = Range()
    for leaf in leaves:
        tree.add(leaf_hash(leaf))
    return tree


def test_the_roots_are_those_of_certificate_transparency() -> None:
    """Its reference vectors, for the trees of no leaf up to eight."""
    assert [grown(CT_LEAVES[:size]).root().hex() for size in range(9)] == list(CT_ROOTS)


def test_the_paths_are_those_of_certificate_transparency() -> None:
    """Its reference vectors for inclusion and for consistency."""
    tree = Tree(Range(), [leaf_hash(leaf) for leaf in CT_LEAVES])
    for (number, size), path in CT_INCLUSION.items():
        assert [node.hex() for node in tree.inclusion(number - 1, size)] == path
    for (first, size), path in CT_CONSISTENCY.items():
        assert [node.hex() for node in tree.consistency(first, size)] == path


def naive_root(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962, section 2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(naive_root(leaves[:split]), naive_root(leaves[split:]))


LEAVES = [f"leaf {number}".encode() for number in range(40)]


@given(st.integers(0, 40))
def test_a_range_has_the_root_of_the_definition(size: int) -> None:
    """However it grew."""
    assert grown(LEAVES[:size]).root() == naive_root(LEAVES[:size])


@given(st.data())
def test_every_path_leads_to_the_root_and_to_no_other(data: st.DataObject) -> None:
    """Also where the leaves before some size are not known any more; a changed path, leaf or place leads elsewhere."""
    size = data.draw(st.integers(1, 40))
    start = data.draw(st.integers(0, size - 1))
    index = data.draw(st.integers(start, size - 1))
    tree = Tree(grown(LEAVES[:start]), [leaf_hash(leaf) for leaf in LEAVES[start:]])
    path, root = tree.inclusion(index, size), naive_root(LEAVES[:size])
    assert root_of_path(leaf_hash(LEAVES[index]), index, size, path) == root
    assert root_of_path(leaf_hash(b"another"), index, size, path) != root
    if path:
        place = data.draw(st.integers(0, len(path) - 1))
        changed = [*path[:place], sha256(path[place]).digest(), *path[place + 1 :]]
        assert root_of_path(leaf_hash(LEAVES[index]), index, size, changed) != root
        with pytest.raises(ValueError, match="too short"):
            root_of_path(leaf_hash(LEAVES[index]), index, size, path[:-1])
    with pytest.raises(ValueError, match="too long"):
        root_of_path(leaf_hash(LEAVES[index]), index, size, [*path, EMPTY_ROOT])


@given(st.data())
def test_every_consistency_path_leads_to_both_roots(data: st.DataObject) -> None:
    """And a changed or cut one does not."""
    size = data.draw(st.integers(1, 40))
    first = data.draw(st.integers(1, size))
    old, new = naive_root(LEAVES[:first]), naive_root(LEAVES[:size])
    tree = Tree(Range(), [leaf_hash(leaf) for leaf in LEAVES])
    path = tree.consistency(first, size)
    assert roots_of_consistency(first, size, old, path) == (old, new)
    if path:
        place = data.draw(st.integers(0, len(path) - 1))
        changed = [*path[:place], sha256(path[place]).digest(), *path[place + 1 :]]
        assert roots_of_consistency(first, size, old, changed) != (old, new)
        with pytest.raises(ValueError, match="too short"):
            roots_of_consistency(first, size, old, path[:-1])
    with pytest.raises(ValueError, match="too long"):
        roots_of_consistency(first, size, old, [*path, EMPTY_ROOT])


def test_what_is_not_in_a_tree_cannot_be_proven() -> None:
    """The message says what there is."""
    tree = Tree(grown(LEAVES[:3]), [leaf_hash(leaf) for leaf in LEAVES[3:8]])
    with pytest.raises(ValueError, match="no leaf 8 in a tree of 8"):
        tree.inclusion(8, 8)
    with pytest.raises(ValueError, match="not known any more"):
        tree.inclusion(0, 8)
    with pytest.raises(ValueError, match="no tree of 8 leaves begins with 9"):
        tree.consistency(9, 8)
    with pytest.raises(ValueError, match="no tree of 2 leaves begins with 3"):
        roots_of_consistency(3, 2, EMPTY_ROOT, [])


def test_a_range_needs_a_node_for_each_of_its_subtrees() -> None:
    """Anything else is no tree."""
    with pytest.raises(ValueError, match="do not make up a tree of 3"):
        Range(3, [bytes(32)])
    with pytest.raises(ValueError, match="do not make up"):
        Range(1, [bytes(31)])
