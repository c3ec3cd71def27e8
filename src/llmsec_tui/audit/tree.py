"""The Merkle tree over the records (RFC 6962, section 2.1): one root says what all of them are.

A leaf is the hash of a record, so that a record can be proven without showing any other. Sizes count leaves.
"""

from collections.abc import Sequence
from hashlib import sha256

_LEAF, _NODE = b"\0", b"\1"
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """What the tree holds of a leaf."""
    return sha256(_LEAF + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """What it holds of two subtrees."""
    return sha256(_NODE + left + right).digest()


class Range:
    """The roots of the perfect subtrees that make up a tree, largest first: all that it takes to let it grow."""

    __slots__ = ("nodes", "size")

    def __init__(self, size: int = 0, nodes: Sequence[bytes] = ()) -> None:
        """Raises ValueError unless there is one node for each bit that is set in ``size``."""
        if size < 0 or len(nodes) != size.bit_count() or any(len(node) != len(EMPTY_ROOT) for node in nodes):
            raise ValueError(f"{len(nodes)} nodes do not make up a tree of {size} leaves")
        self.size = size
        self.nodes = list(nodes)

    def add(self, node: bytes) -> None:
        """Take in the next leaf, by its :func:`leaf_hash`."""
        size, nodes = self.size, self.nodes
        while size & 1:
            node = sha256(_NODE + nodes.pop() + node).digest()
            size >>= 1
        nodes.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The root of the tree as it is now."""
        if not self.nodes:
            return EMPTY_ROOT
        root = self.nodes[-1]
        for node in reversed(self.nodes[:-1]):
            root = node_hash(node, root)
        return root

    def copy(self) -> "Range":
        """The same range, which does not grow with this one."""
        return Range(self.size, self.nodes)


class Tree:
    """All leaves from some size on, and the range of those before: enough for proofs about them."""

    def __init__(self, before: Range, leaves: Sequence[bytes]) -> None:
        """``leaves`` by their :func:`leaf_hash`."""
        self._start = before.size
        self._leaves = leaves
        self._known: dict[tuple[int, int], bytes] = {}
        start = 0
        for node, bit in zip(before.nodes, _bits(before.size), strict=True):
            self._known[start, start + bit] = node
            start += bit

    @property
    def size(self) -> int:
        return self._start + len(self._leaves)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """The path that proves leaf ``index`` (from 0) in the tree of the first ``size`` leaves, nearest first.

        Raises ValueError where a leaf that it takes is not known any more.
        """
        if not 0 <= index < size <= self.size:
            raise ValueError(f"there is no leaf {index} in a tree of {size}")
        begin, end, path = 0, size, list[bytes]()
        while end - begin > 1:
            middle = begin + _split(end - begin)
            if index < middle:
                path.append(self._root(middle, end))
                end = middle
            else:
                path.append(self._root(begin, middle))
                begin = middle
        return path[::-1]

    def consistency(self, first: int, size: int) -> list[bytes]:
        """The path that proves that the tree of ``size`` leaves begins with that of the ``first`` ones.

        Raises ValueError as :meth:`inclusion` does.
        """
        if not 0 < first <= size <= self.size:
            raise ValueError(f"no tree of {size} leaves begins with {first}")
        begin, end, path, whole = 0, size, list[bytes](), True
        while begin + first < end:
            middle = _split(end - begin)
            if first <= middle:
                path.append(self._root(begin + middle, end))
                end = begin + middle
            else:
                path.append(self._root(begin, begin + middle))
                begin, first, whole = begin + middle, first - middle, False
        return ([] if whole else [self._root(begin, end)]) + path[::-1]

    def _root(self, begin: int, end: int) -> bytes:
        if (known := self._known.get((begin, end))) is not None:
            return known
        if begin < self._start and end - begin == 1:
            raise ValueError(f"leaf {begin} is not known any more")
        if end - begin == 1:
            return self._leaves[begin - self._start]
        middle = begin + _split(end - begin)
        root = node_hash(self._root(begin, middle), self._root(middle, end))
        self._known[begin, end] = root
        return root


def root_of_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that an inclusion path leads to (RFC 9162, 2.1.3.2); raises ValueError for one of the wrong length."""
    left, last, root = index, size - 1, leaf
    for node in path:
        if last == 0:
            raise ValueError("the path is too long")
        if left & 1 or left == last:
            root = node_hash(node, root)
            while not left & 1 and left:
                left, last = left >> 1, last >> 1
        else:
            root = node_hash(root, node)
        left, last = left >> 1, last >> 1
    if last:
        raise ValueError("the path is too short")
    return root


def roots_of_consistency(first: int, size: int, root: bytes, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The roots of both trees that a consistency path leads to (RFC 9162, 2.1.4.2); ``root`` is the first's.

    Raises ValueError for a path of the wrong length.
    """
    if not 0 < first <= size:
        raise ValueError(f"no tree of {size} leaves begins with {first}")
    if first == size:
        if path:
            raise ValueError("the path is too long")
        return root, root
    nodes = list(path) if first & (first - 1) else [root, *path]
    if not nodes:
        raise ValueError("the path is too short")
    left, last = first - 1, size - 1
    while left & 1:
        left, last = left >> 1, last >> 1
    old = new = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            raise ValueError("the path is too long")
        if left & 1 or left == last:
            old, new = node_hash(node, old), node_hash(node, new)
            while not left & 1 and left:
                left, last = left >> 1, last >> 1
        else:
            new = node_hash(new, node)
        left, last = left >> 1, last >> 1
    if last:
        raise ValueError("the path is too short")
    return old, new


def _split(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1


def _bits(size: int) -> list[int]:
    return [1 << bit for bit in range(size.bit_length() - 1, -1, -1) if size >> bit & 1]
