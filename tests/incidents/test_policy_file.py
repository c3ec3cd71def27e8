"""A policy file is read whole and strictly, says all that is wrong with it at once, and leaves the rest as shipped."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from llmsec_tui.access.role_file import shipped
from llmsec_tui.errors import ConfigError
from llmsec_tui.incidents.placeholders import FIELDS, fields, pieces
from llmsec_tui.incidents.policy import Policy, Quiet
from llmsec_tui.incidents.policy_file import SHIPPED, PolicyError, load
from llmsec_tui.incidents.states import LEVELS

MINUTE = 60_000_000
HOUR = 60 * MINUTE


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "desk.yml"


def of(file: Path, text: str) -> Policy:
    file.write_text(text, encoding="utf-8")
    return load(file)


def wrong(file: Path, text: str) -> list[str]:
    """``line:column: message`` of everything that is wrong with it."""
    with pytest.raises(PolicyError) as caught:
        of(file, text)
    return [f"{issue.line}:{issue.column}: {issue.message}" for issue in caught.value.issues]


def test_the_shipped_policy_is_in_order() -> None:
    """Every level has its times, and nothing is run or told before a team says so."""
    policy = load()
    assert policy.times.keys() == set(LEVELS)
    assert policy.times["critical"].acknowledge == 15 * MINUTE
    assert policy.times["critical"].resolve == 4 * HOUR
    assert policy.opening.levels == {"high", "critical"}
    assert policy.opening.confidence == 0.6
    assert {duty.name: duty.within // HOUR for duty in policy.duties} == {
        "gdpr_72h": 72,
        "ai_act_15d": 360,
        "ai_act_10d": 240,
        "ai_act_2d": 48,
    }
    assert (policy.remedies, policy.channels, policy.routes) == ((), (), ())


def test_the_examples_in_the_shipped_policy_can_be_taken_over(file: Path) -> None:
    """With the marks of comments taken away from them."""
    lines = SHIPPED.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line not in ("remedies: []", "channels: []", "routes: []", "teams: {}")]
    sections = {"#  - name: block_user": "remedies:", "#  - {name: duty_phone": "channels:"}
    sections |= {"#  - channels: [chat]": "routes:", "#  soc: [alice, bob]": "teams:"}
    text = []
    for line in kept:
        text += [section for start, section in sections.items() if line.startswith(start)]
        text.append(line[1:] if line.startswith("#  ") else line)
    policy = of(file, "\n".join(text))
    assert [remedy.name for remedy in policy.remedies] == ["block_user", "roll_prompt_back"]
    assert [channel.kind for channel in policy.channels] == ["apprise", "webhook", "syslog", "exec"]
    assert policy.routes[0].quiet == Quiet(
        begins=22 * 60, ends=7 * 60, zone="Europe/Vienna", days=frozenset(range(7)), level="critical"
    )
    assert policy.teams == {"soc": frozenset({"alice", "bob"})}


def test_what_a_file_leaves_out_is_as_shipped(file: Path) -> None:
    """Key by key in mappings; a list is taken whole."""
    policy = of(file, "times: {critical: {acknowledge: 5m}}\nopening: {levels: [critical]}\nduties: []\n")
    shipped = load()
    assert policy.times["critical"].acknowledge == 5 * MINUTE
    assert policy.times["critical"].resolve == shipped.times["critical"].resolve
    assert policy.times["low"] == shipped.times["low"]
    assert policy.opening.levels == {"critical"}
    assert policy.opening.weights == shipped.opening.weights
    assert policy.duties == ()
    assert policy.grouping == shipped.grouping


@pytest.mark.parametrize("text", ["", "# nothing decided yet\n\n", "\n"])
def test_a_file_that_says_nothing_is_as_shipped(file: Path, text: str) -> None:
    """Also an empty one, as an editor leaves it."""
    policy = of(file, text)
    assert policy.times == load().times
    assert policy.digest != load().digest


def test_no_limit_is_written_none(file: Path) -> None:
    """Or null."""
    policy = of(file, "times: {high: {acknowledge: none, contain: null}}\n")
    assert policy.times["high"].acknowledge is None
    assert policy.times["high"].contain is None
    assert [limit.clock for limit in policy.times["high"].limits()] == ["resolve"]


def test_all_that_is_wrong_is_told_at_once_with_its_place(file: Path) -> None:
    """File, line and column of each, in their order."""
    file.write_text("openin: {}\ntimes:\n  critical: {acknowledge: 15, contian: 1h}\nbulk: {analyst: -1}\n")
    with pytest.raises(ConfigError) as caught:
        load(file)
    assert str(caught.value).splitlines() == [
        "The desk's policy has 4 problems:",
        f"{file}:1:1: unknown-key: there is no 'openin' here; did you mean 'opening'?",
        f"{file}:3:14: span: 'acknowledge' must be a number and s, m, h or d, at most 366d, such as 90m; it is 15",
        f"{file}:3:31: unknown-key: there is no 'contian' here; did you mean 'contain'?",
        f"{file}:4:8: number: 'analyst' is a whole number from 0 to 100,000; this is -1",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("opening: [high]", "1:1: 'opening' is a mapping; this is a list"),
        ("opening: {levels: high}", "1:11: 'levels' is a list; this is 'high'"),
        ("opening: {levels: [hihg]}", "1:20: there is no 'hihg' for 'levels'; did you mean 'high'?"),
        ("opening: {levels: [high, high]}", "1:26: 'high' is in 'levels' twice"),
        ("opening: {confidence: 6}", "1:11: 'confidence' is a number from 0 to 1; this is 6"),
        ("opening: {confidence: yes}", "1:11: 'confidence' is a number from 0 to 1; this is True"),
        ("opening: {risk: .nan}", "1:11: 'risk' is a number from 0.001 to 1e+06; this is nan"),
        ("opening: {except_environments: evaluation}", "1:11: 'except_environments' is a list"),
        ("opening: {half_life: 0s}", "1:11: 'half_life' must be longer than nothing"),
        ("opening: {weights: {hi: 3}}", "1:21: there is no 'hi' here; did you mean 'high'?"),
        ("grouping: {by: [user]}", "1:17: there is no 'user' for 'by'; known are conversation, entity, campaign, rule"),
        ("grouping: {most_alerts: 1.5}", "1:12: 'most_alerts' is a whole number from 1 to 100,000; this is 1.5"),
        ("times: {hihg: {}}", "1:9: there is no 'hihg' here; did you mean 'high'?"),
        ("duties:", "1:1: 'duties' is a list; this is empty; write [] for none"),
        ("duties: [x]", "1:10: each of 'duties' is a mapping; this is 'x'"),
        ("duties: [{name: x}]", "1:10: 'within' is missing"),
        ("duties: [{name: contain, within: 1h}]", "1:11: every incident has a clock 'contain' already"),
        ("duties: [{name: a, within: 1h}, {name: a, within: 1h}]", "1:34: there is a 'a' in 'duties' already"),
        ("bulk: {night: many}", "1:8: 'night' is a whole number from 0 to 100,000; this is 'many'"),
        ("teams: {soc: alice}", "1:9: 'soc' is a list; this is 'alice'"),
        ("remedies: [{name: a}]", "1:12: a remedy has a 'command' or a 'url', and not both"),
        (
            "remedies: [{name: a b, command: [x]}]",
            "1:13: 'name' is made of letters, digits, _, - and ., at most 64, and does not begin with -; this is 'a b'",
        ),
        (
            "remedies: [{name: a, command: rm -rf /tmp/x}]",
            "1:22: 'command' is a list of arguments, as [program, argument, argument]: no shell takes it apart",
        ),
        ("remedies: [{name: a, command: []}]", "1:22: 'command' is a list with a program and its arguments"),
        ("remedies: [{name: a, command: [kill, 9]}]", "1:38: each argument is a text; put this one in quotes"),
        (
            "remedies: [{name: a, command: [x, '{usr_id}']}]",
            "1:35: an incident has no {usr_id}; did you mean 'user_id'?",
        ),
        (
            "remedies: [{name: a, command: [x, '{']}]",
            "1:35: a brace stands alone; a brace that is meant as one is written twice: {{ or }}",
        ),
        (
            "remedies: [{name: a, command: ['{app}']}]",
            "1:32: the program itself cannot be filled in from an incident",
        ),
        (
            "remedies: [{name: a, command: [sh, -c, 'kick {user_id}']}]",
            "1:40: what another program reads as code cannot be filled in: pass it as an argument of its own",
        ),
        (
            "remedies: [{name: a, command: [/usr/bin/env, bash, -ec, 'kick {user_id}']}]",
            "1:57: what another program reads as code cannot be filled in: pass it as an argument of its own",
        ),
        (
            "remedies: [{name: a, command: [python3.11, -c, 'print(\"{user_id}\")']}]",
            "1:48: what another program reads as code cannot be filled in: pass it as an argument of its own",
        ),
        ("remedies: [{name: a, command: [x], method: POST}]", "1:36: 'method' goes with a 'url'"),
        ("remedies: [{name: a, command: [x], timeout: 2h}]", "1:36: 'timeout' is at most 1h"),
        ("remedies: [{name: a, url: ftp://x/y}]", "1:22: 'url' begins with https:// or http:// and a host"),
        (
            "remedies: [{name: a, url: 'https://{app}.example.org/x'}]",
            "1:22: 'url' has a host that cannot be filled in from an incident",
        ),
        ("remedies: [{name: a, url: 'https://h/x', rehearsal: [x]}]", "1:42: 'rehearsal' is for commands; a webhook's"),
        ("remedies: [{name: a, url: 'https://h/x', method: post}]", "1:42: there is no 'post' for 'method'; did you"),
        ("remedies: [{name: a, url: 'https://h/x', headers: {X: 1}}]", "1:52: a header is a text; put it in quotes"),
        ("remedies: [{name: a, url: 'https://h/x', headers: {X Y: z}}]", "1:52: 'X Y' is no name of a header"),
        ("channels: [{name: a, kind: mail, target: x}]", "1:22: there is no 'mail' for 'kind'; known are apprise,"),
        ("channels: [{name: a, kind: webhook}]", "1:12: 'target' is missing"),
        ("channels: [{name: a, kind: exec}]", "1:12: 'command' is missing"),
        ("channels: [{name: a, kind: exec, target: x, command: [y]}]", "1:34: a channel of kind exec has a 'command'"),
        ("channels: [{name: a, kind: syslog, target: host}]", "1:36: 'target' is a socket such as /dev/log, or host:"),
        ("channels: [{name: a, kind: apprise, target: x}]", "1:37: 'target' is an Apprise address such as mailto:"),
        ("channels: [{name: a, kind: webhook, target: 'file:x'}]", "1:37: 'target' names a file by its whole path"),
        ("channels: [{name: a, kind: webhook, target: 'env:'}]", "1:37: 'target' names a variable of the environment"),
        ("remedies: [{name: a, url: 'https://h/x', headers: {X: 'env:A B'}}]", "1:52: 'X' names a variable of the"),
        (
            "channels: [{name: a, kind: webhook, target: x}]",
            "1:37: 'target' begins with https:// or http:// and a host",
        ),
        ("routes: [{channels: [], about: [opened]}]", "1:11: with nothing in 'channels' this route tells nobody"),
        ("routes: [{channels: [chat], about: [opened]}]", "1:22: there is no 'chat' for 'channels'; there are none"),
        ("routes: [{channels: [], about: [opend]}]", "1:33: there is no 'opend' for 'about'; did you mean 'opened'?"),
        (
            "routes: [{channels: [], about: [], quiet: {begins: 22:00, ends: '07:00'}}]",
            "1:44: put 'begins' in quotes: YAML takes 22:00 for a number",
        ),
        (
            "routes: [{channels: [], about: [], quiet: {begins: '25:00', ends: '07:00'}}]",
            "1:44: 'begins' is a time of day such as \"22:00\"; this is '25:00'",
        ),
        (
            "routes: [{channels: [], about: [], quiet: {begins: '07:00', ends: '7:00'}}]",
            "1:61: quiet hours begin and end at different times",
        ),
        (
            "routes: [{channels: [], about: [], quiet: {begins: '22:00', ends: '7:00', zone: Europe/Wien}}]",
            "1:75: there is no time zone 'Europe/Wien'",
        ),
        ("opening: {}\nopening: {}", "2:1: the key 'opening' is here twice; the first is on line 1"),
        ("opening: &a {}\ngrouping: *a", "2:1: YAML aliases are not allowed here; write the value out"),
        ("a: 1\n---\nb: 2", "1:1: there is another document after this one; a policy is one"),
        ("- 1", "1:1: "),
        ("opening: {levels: [high\n", "2:1: this is not YAML: "),
        ("opening:\n\tlevels: []", "2:1: this is not YAML: there is a tab; YAML is indented with spaces"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(file: Path, text: str, said: str) -> None:
    """And with what would be right, where that can be guessed."""
    assert any(message.startswith(said) for message in wrong(file, text)), wrong(file, text)


@pytest.mark.parametrize(
    "text",
    [
        "remedies: [{name: a, url: 'https://h/x', headers: {Authorization: 'Bearer hunter2{'}}]",
        "remedies: [{name: a, url: 'https://h/x', headers: {Authorization: ['hunter2']}}]",
        "remedies: [{name: a, command: curl -H hunter2 x}]",
        "remedies: [{name: a, command: [curl, {hunter2: x}]}]",
        "channels: [{name: a, kind: webhook, target: 'hunter2'}]",
        "channels: [{name: a, kind: syslog, target: 'hunter2'}]",
        "channels: [{name: a, kind: apprise, target: [hunter2]}]",
    ],
)
def test_what_may_be_a_secret_is_not_told_with_what_is_wrong_with_it(file: Path, text: str) -> None:
    """Problems go into logs, the journal and consoles."""
    assert "hunter2" not in " ".join(wrong(file, text))


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    """A directory, or bytes that are no text."""
    with pytest.raises(PolicyError, match="the file cannot be read: Is a directory"):
        load(tmp_path)
    broken = tmp_path / "desk.yml"
    broken.write_bytes(b"teams: {soc: [\xff]}")
    with pytest.raises(PolicyError, match="byte 14 is not UTF-8"):
        load(broken)


def test_a_policy_says_how_much_each_shipped_role_changes_at_once() -> None:
    """And it can say so of roles of a team's own, which it does not know."""
    assert load().bulk.keys() == shipped().roles.keys()


def test_braces_that_are_meant_as_such_are_written_twice() -> None:
    """For JSON in an argument."""
    assert pieces('{{"user": "{user_id}"}}') == [("{", ""), ('"user": "', "user_id"), ('"}', "")]


@given(st.lists(st.one_of(st.sampled_from(FIELDS), st.text(max_size=8)), max_size=8))
def test_a_text_with_fields_is_taken_apart_as_it_was_put_together(parts: list[str]) -> None:
    """Whatever stands between them."""
    written = "".join(f"{{{part}}}" if part in FIELDS else part.replace("{", "{{").replace("}", "}}") for part in parts)
    assert fields(written) == [part for part in parts if part in FIELDS]
    plain = "".join(literal for literal, _ in pieces(written))
    assert plain == "".join(part for part in parts if part not in FIELDS)


_YAML = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-9, 9), st.sampled_from(["15m", "high", "chat", "{user_id}", "a b"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["name", "kind", "target", "command", "url", "within", "levels", "about", "channels", "quiet", "begins"]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["opening", "grouping", "times", "duties", "remedies", "channels", "routes", "bulk", "teams"]),
        st.one_of(_YAML, st.lists(_YAML, max_size=3)),
        min_size=1,
        max_size=4,
    )
)
def test_whatever_stands_in_the_file_it_is_a_policy_or_a_list_of_problems(data: dict[str, object]) -> None:
    """Never another kind of error, and every problem has its line."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "desk.yml"
        file.write_text(yaml.safe_dump(data), encoding="utf-8")
        found = _loaded(file)
        if isinstance(found, Policy):
            assert found.times.keys() == set(LEVELS)
        else:
            assert found.issues
            assert all(issue.line > 0 for issue in found.issues)


def _loaded(file: Path) -> Policy | PolicyError:
    try:
        return load(file)
    except PolicyError as error:
        return error
