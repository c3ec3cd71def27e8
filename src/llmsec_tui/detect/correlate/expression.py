"""Which sources a temporal correlation with a condition of its own wants to be hit, and which not."""

from collections.abc import Callable, Iterator

from llmsec_tui.detect.rule import AllRules, AnyRule, Expression, NoRule


def holds(expression: Expression, hit: Callable[[int], bool], near: Callable[[int], bool]) -> bool:
    """Whether it is true where ``hit`` says which sources were hit; under ``not``, ``near`` says it instead."""
    match expression:
        case AllRules(parts):
            return all(holds(part, hit, near) for part in parts)
        case AnyRule(parts):
            return any(holds(part, hit, near) for part in parts)
        case NoRule(part):
            return not holds(part, near, hit)
        case _:
            return hit(expression)


def forbids(expression: Expression) -> bool:
    """Whether there is a ``not`` in it, so that only the end of a window decides."""
    match expression:
        case AllRules(parts) | AnyRule(parts):
            return any(map(forbids, parts))
        case NoRule():
            return True
        case _:
            return False


def sources(expression: Expression) -> Iterator[int]:
    """The sources it names, from left to right."""
    match expression:
        case AllRules(parts) | AnyRule(parts):
            for part in parts:
                yield from sources(part)
        case NoRule(part):
            yield from sources(part)
        case _:
            yield expression


def wanted(expression: Expression, *, positive: bool = True) -> frozenset[int]:
    """The sources whose hits help to make it true."""
    match expression:
        case AllRules(parts) | AnyRule(parts):
            return frozenset().union(*(wanted(part, positive=positive) for part in parts))
        case NoRule(part):
            return wanted(part, positive=not positive)
        case _:
            return frozenset([expression]) if positive else frozenset()


def worded(expression: Expression, names: tuple[str, ...], *, inside: bool = False) -> str:
    """The condition with these names for its sources."""
    match expression:
        case AllRules(parts) | AnyRule(parts):
            word = " and " if isinstance(expression, AllRules) else " or "
            text = word.join(worded(part, names, inside=True) for part in parts)
            return f"({text})" if inside and len(parts) > 1 else text
        case NoRule(part):
            return f"not {worded(part, names, inside=True)}"
        case _:
            return names[expression]
