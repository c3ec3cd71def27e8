"""Keys of alerts: what connects them, and what a hostile log cannot make them do."""

from hypothesis import given
from hypothesis import strategies as st
from tests.incidents.arriving import TEXT, alert

from llmsec_tui.incidents.keys import entity, keys, parts


def test_what_an_alert_does_not_say_makes_no_key() -> None:
    assert keys(alert()) == {}
    assert keys(alert(user_id="", conversation_id="", excerpt="short", group_id="")) == {}
    assert entity(alert()) == ""


def test_every_kind_of_key() -> None:
    """Each names its kind; the campaign is of one rule and one content."""
    found = keys(alert(app="bot", user_id="u1", conversation_id="c1", excerpt=TEXT, group_id="g1"))
    assert found["conversation"] == "conversation:bot|c1"
    assert found["entity"] == "user:bot|u1"
    assert found["rule"] == "group:g1"
    assert found["campaign"].startswith("campaign:r1|")
    assert len(found["campaign"]) == len("campaign:r1|") + 16


def test_an_entity_is_the_user_and_without_one_the_conversation() -> None:
    assert entity(alert(user_id="u1", conversation_id="c1")) == "user:|u1"
    assert entity(alert(conversation_id="c1")) == "conversation:|c1"


def test_a_content_is_the_same_however_it_is_written() -> None:
    """Case, spaces and look-alikes change nothing; another word or another rule does."""
    one = keys(alert(excerpt=TEXT))["campaign"]
    assert keys(alert(excerpt=TEXT.upper().replace(" ", "  ")))["campaign"] == one
    assert keys(alert(excerpt=TEXT.replace("o", "о")))["campaign"] == one
    assert keys(alert(excerpt="x", decoded_text=TEXT))["campaign"] == one
    assert keys(alert(excerpt=f"{TEXT} Now."))["campaign"] != one
    assert keys(alert(rule_id="r2", excerpt=TEXT))["campaign"] != one


def test_our_own_words_about_a_rule_over_time_are_no_content() -> None:
    assert "campaign" not in keys(alert(excerpt=TEXT, over_time=True))


@given(st.text(), st.text(min_size=1), st.text(), st.text(min_size=1))
def test_two_users_have_one_key_only_when_they_are_one(app: str, user: str, other_app: str, other: str) -> None:
    """No app can be called so that its users take the keys of another's."""
    one, two = keys(alert(app=app, user_id=user)), keys(alert(app=other_app, user_id=other))
    assert (one == two) is ((app, user) == (other_app, other))


@given(st.text(max_size=300), st.text(min_size=1, max_size=300))
def test_a_key_can_be_taken_apart(app: str, name: str) -> None:
    """Whole, unless a part of it is so long that its hash stands for the rest."""
    for field, word in (("user_id", "user"), ("conversation_id", "conversation")):
        [key] = keys(alert(app=app, **{field: name})).values()
        found = parts(key)
        assert found.word == word
        assert found.app.partition("…")[0] == app.partition("…")[0][:256]
        assert found.name == name or (len(name) > 256 and found.name.startswith(name[:256]))


def test_a_long_name_does_not_make_a_long_key() -> None:
    """And two long ones that begin alike are still two."""
    one, two = ("x" * 1_000_000 + end for end in "ab")
    first, second = (keys(alert(user_id=name, app=name))["entity"] for name in (one, two))
    assert first != second
    assert max(len(first), len(second)) < 600


def test_an_alert_is_not_before_itself() -> None:
    """A log may claim any time; one in the future counts as now, and none counts as now."""
    assert [alert(ts=ts).at for ts in (None, 10, 5_000)] == [1_000, 10, 1_000]
