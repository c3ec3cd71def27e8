"""A canary from the shell, with a real collector: from its planting on a leak names the prompt that it came from."""

import json
from pathlib import Path

from tests.cli.parts import rows, run
from tests.end_to_end.collectors import collecting, until


def _say(log: Path, number: int, role: str, text: str) -> None:
    line = {"timestamp": f"2026-11-20T10:00:{number:02d}Z", "session_id": "s1", "role": role, "content": text}
    with log.open("a") as file:
        file.write(json.dumps({**line, "id": f"m{number}"}) + "\n")


def _alerts(home: Path) -> list[str]:
    return sorted(row["title"] for row in rows(home, "alerts", "list") if "anary" in row["title"])


def test_a_leak_names_its_prompt_while_the_canary_is_planted(tmp_path: Path) -> None:
    home, log = tmp_path / "home", tmp_path / "app.jsonl"
    log.touch()
    with collecting(home, log):
        [made] = rows(home, "canary", "add", "--app", "shop", "--prompt", "v3")
        token = made["token"]
        until(lambda: rows(home, "rules", "status", "--filter", "canary"))
        _say(log, 1, "system", f"You sell shoes. {token}")
        _say(log, 2, "assistant", "Hello!")
        _say(log, 3, "assistant", f"The first part is {token[:14]}")
        _say(log, 4, "assistant", f"and the rest is {token[14:]}")
        _say(log, 5, "assistant", " ".join(token))
        told = {f"Canary C-1 left its prompt{how}: v3 of shop" for how in ("", " in two parts")}
        until(lambda: told <= set(_alerts(home)))
        assert token not in run(home, "canary", "list").stdout + run(home, "audit", "log").stdout
        assert rows(home, "canary", "list", "--whole")[0]["token"] == token
        run(home, "canary", "retire", "C-1", "--note", "v4 is out")
        until(lambda: not rows(home, "rules", "status", "--filter", "canary"))
        assert token.encode() not in home.joinpath("canaries.yml").read_bytes()


def test_scans_and_back_tests_look_for_the_canaries_of_the_home(tmp_path: Path) -> None:
    home, log = tmp_path / "home", tmp_path / "app.jsonl"
    with collecting(home):
        [made] = rows(home, "canary", "add", "--app", "shop", "--prompt", "v3")
    _say(log, 1, "assistant", made["token"])
    rules = str(Path(__file__).parent.parent.parent / "rules/terminal")
    for jobs in ("1", "2"):
        scanned = run(home, "scan", str(log), "--rules", rules, "--jobs", jobs, expect=1).stdout.splitlines()
        assert "Canary C-1 left its prompt: v3 of shop" in [json.loads(line)["title"] for line in scanned]
    tested = {row["title"]: row["alerts"] for row in rows(home, "rules", "backtest", str(log), "--rules", rules)}
    assert tested["Canary C-1 left its prompt: v3 of shop"] == 1
