"""Who looks at what: said again and again, and forgotten."""

from dataclasses import replace

from tests.service.parts import actor

from llmsec_tui.service.desk.presence import HOLDS, Presence

ADA = actor(user="ada")
BOB = replace(actor(user="bob"), pid=2, tty="pts/1")


def test_each_sees_the_others_and_not_themselves() -> None:
    presence = Presence()
    assert presence.look_at(ADA, "INC-1", 0) == []
    assert presence.look_at(BOB, "INC-1", 1) == ["ada@pts/0"]
    assert presence.look_at(ADA, "INC-2", 2) == []
    assert presence.viewers(2) == {"INC-1": ["bob@pts/1"], "INC-2": ["ada@pts/0"]}


def test_who_says_nothing_is_forgotten() -> None:
    """After ten seconds, or when they say that they look at none; also with a clock that was set back."""
    presence = Presence()
    presence.look_at(ADA, "INC-1", 0)
    assert presence.viewers(HOLDS - 1) == {"INC-1": ["ada@pts/0"]}
    assert presence.viewers(HOLDS) == presence.viewers(-HOLDS) == {}
    presence.look_at(ADA, "", 1)
    assert presence.viewers(2) == {}


def test_an_incident_is_one_however_it_is_called() -> None:
    """And what is no name of one is none: nobody can fill the memory with names."""
    presence = Presence()
    presence.look_at(ADA, "inc-1", 0)
    assert presence.look_at(BOB, "1", 0) == ["ada@pts/0"]
    assert presence.look_at(BOB, "x" * 1_000_000, 0) == []
    assert presence.viewers(0) == {"INC-1": ["ada@pts/0"]}


def test_two_consoles_of_one_person_are_two() -> None:
    """Each sees the other; on one terminal they are told once."""
    presence = Presence()
    presence.look_at(ADA, "INC-1", 0)
    assert presence.look_at(replace(ADA, pid=7), "INC-1", 0) == ["ada@pts/0"]
    assert presence.viewers(0) == {"INC-1": ["ada@pts/0"]}
