"""Read a command line as a POSIX shell (bash) would, or roughly as PowerShell and cmd would.

One pass, no going back: the time grows with the length of the text. Nothing is refused; what cannot be read is taken
for words. Nesting deeper than ``DEEPEST`` is read as plain text.
"""

from llmsec_tui.detect.signals.shell.escapes import ansi_c
from llmsec_tui.detect.signals.shell.here_documents import body
from llmsec_tui.detect.signals.shell.tree import Command, Pipeline, Script

DEEPEST = 16
_LONGEST_VALUE = 512
"""Characters of a variable's value that are filled in where it is used."""
_LONGEST_TEST = 2048
"""Characters between ``[[`` and ``]]``."""
_BLANK = " \t\r"
_ENDS = " \t\r\n;|&<>()"
_SPECIAL = frozenset(_ENDS + "\\'\"`$")
_SPECIAL_WINDOWS = frozenset(_ENDS + "{}'\"`$")
_IN_QUOTES = frozenset('\\"`$')
_IN_BRACES = frozenset("\\\"'`$}")
_CLOSES = {"{": "}", "if": "fi", "do": "done", "case": "esac"}
_LOOPS = frozenset(("for", "select"))
_SKIPPED = frozenset((*_CLOSES.values(), *_LOOPS, "then", "else", "elif", "while", "until", "!", "time", "coproc"))
_DECLARING = frozenset(("export", "declare", "local", "readonly", "typeset"))


def read(text: str, *, windows: bool = False, known: dict[str, str] | None = None, depth: int = 0) -> Script:
    """The pipelines of a command line in order. ``known`` has values of variables; new ones are added to it."""
    return _Reader(text, windows=windows, known={} if known is None else known, depth=depth).script("")


class _Reader:
    def __init__(self, text: str, *, windows: bool, known: dict[str, str], depth: int) -> None:
        self.text = text
        self.end = len(text)
        self.at = 0
        self.windows = windows
        self.known = known
        self.depth = depth
        self.special = _SPECIAL_WINDOWS if windows else _SPECIAL
        self.closed = False
        self.pattern = False
        self.awaited: list[tuple[str, bool, bool, Command]] = []
        """Here-documents whose text begins after this line: delimiter, tabs are cut, quoted, whose."""

    def script(self, close: str) -> Script:
        """Commands up to ``close``, a bracket or reserved word, which is taken too."""
        pipelines: list[Pipeline] = []
        stages: list[Command] = []
        while True:
            command = self._command(close)
            if self.pattern:
                # What stood before a bracket that closes nothing was a pattern of a case.
                stages, self.pattern = [], False
            if not command.is_empty:
                stages.append(command)
            operator = "" if self.closed else self._operator(close)
            if operator == "|":
                continue
            if operator == "&":
                command.background = True
            if stages:
                pipelines.append(tuple(stages))
                stages = []
            if operator in ("", ")"):
                self.closed = False
                return tuple(pipelines)

    def _operator(self, close: str) -> str:
        """What ends a command; the end of the text is the empty one."""
        if self.at >= self.end:
            return ""
        found = self.text[self.at]
        self.at += 1
        if found == "\n":
            self._here_documents()
            return found
        if found in "|&" and self.at < self.end and self.text[self.at] in "|&":
            doubled = self.text[self.at] == found
            self.at += 1
            return ";" if doubled else found
        if found == ")":
            return ")" if close == ")" else ";"
        return ";" if found in "{}" else found

    def _command(self, close: str) -> Command:
        command = Command()
        ignored = False
        while self._at_word():
            found = self.text[self.at]
            if found in ";|\n" or (found == "&" and self.text[self.at : self.at + 2] != "&>"):
                break
            if found == ")":
                if close == ")":
                    break
                self.at += 1
                command.words.clear()
                self.pattern = True
            elif found == "#":
                self.at = self._found("\n")
            elif found in "<>&":
                self._redirect(command, "")
            elif found == "(":
                self._bracket(command)
            elif self.windows and found in "{}":
                break
            else:
                ignored |= self._take(command, close)
                if self.closed:
                    break
        if ignored:
            command.words.clear()
        return command

    def _at_word(self) -> bool:
        """Go over blanks and line continuations; whether anything is left."""
        text, at, end = self.text, self.at, self.end
        continued = "`" if self.windows else "\\"
        while at < end:
            if text[at] in _BLANK:
                at += 1
            elif text[at] == continued and text[at + 1 : at + 2] == "\n":
                at += 2
            else:
                break
        self.at = at
        return at < end

    def _take(self, command: Command, close: str) -> bool:
        """Read a word into the command; whether the command is the head of a loop, whose words are data."""
        start = self.at
        word, plain, split = self._word(command)
        raw_end = self.at
        if self.at < self.end and self.text[self.at] in "<>" and plain and word.isdigit():
            self._redirect(command, word)
            return False
        if command.words:
            if command.words[0] in _DECLARING:
                self._assign(word, start, raw_end, None)
            command.words.extend(word.split() if split else (word,))
            return False
        if not self.windows and plain and self._reserved(word, command, close):
            return word in _LOOPS
        if not self.windows and self._assign(word, start, raw_end, command):
            return False
        if split:
            command.words += word.split()
        elif plain and word.startswith("{") and word.endswith("}") and "," in word:
            command.words.extend(word[1:-1].split(","))
        elif word or not plain:
            command.words.append(word)
        return False

    def _reserved(self, word: str, command: Command, close: str) -> bool:
        if word == close:
            self.closed = True
        elif word in _CLOSES:
            if word == "case":
                self._until_in()
            command.groups.append(self._nested(_CLOSES[word]))
        elif word == "function":
            if self._at_word():
                self._word(command)
        elif word == "[[":
            told, closed, _ = self.text[self.at : self.at + _LONGEST_TEST].partition("]]")
            if closed:
                self._substituted(told, command)
                self.at += len(told) + 2
        else:
            return word in _SKIPPED
        return True

    def _until_in(self) -> None:
        """Go over the word of a ``case`` to behind its ``in``."""
        scratch = Command()
        while self._at_word() and self.text[self.at] not in _ENDS:
            if self._word(scratch)[0] == "in":
                return

    def _assign(self, word: str, start: int, end: int, command: Command | None) -> bool:
        """Note ``NAME=value``; whether it is one."""
        name, equals, value = word.partition("=")
        name = name.removesuffix("+")
        if not equals or not name.isidentifier() or not self.text.startswith(name, start, end):
            return False
        if len(value) <= _LONGEST_VALUE:
            self.known[name] = value
        if command is not None:
            command.assigned.append((name, value))
        if value == "" and self.text[self.at : self.at + 1] == "(" and command is not None:
            self.at += 1
            self._only_inner(command, self._nested(")"))
        return True

    def _bracket(self, command: Command) -> None:
        """A subshell, a function's head, or arithmetic."""
        self.at += 1
        if self.text[self.at : self.at + 1] == "(" and not command.words and not self.windows:
            self.at += 1
            self._only_inner(command, self._nested(")"))
            return
        script = self._nested(")")
        if not script and len(command.words) == 1 and not self.windows:
            command.words.clear()
        elif command.words:
            command.inner.append(script)
        else:
            command.groups.append(script)

    def _only_inner(self, command: Command, script: Script) -> None:
        """Of what is no command itself (arithmetic, the values of an array), what runs inside of it."""
        command.inner += (inner for pipeline in script for part in pipeline for inner in part.inner)

    def _nested(self, close: str) -> Script:
        if self.depth >= DEEPEST:
            return ()
        self.depth += 1
        script = self.script(close)
        self.depth -= 1
        return script

    def _redirect(self, command: Command, number: str) -> None:
        text, start = self.text, self.at
        if text[start : start + 2] in ("<(", ">("):
            self.at += 2
            command.inner.append(self._nested(")"))
            command.words.append(text[start : start + 2] + ")")
            return
        while self.at < self.end and text[self.at] in "<>&|-" and self.at - start < 3:
            self.at += 1
        operator = text[start : self.at]
        if not self._at_word() or text[self.at] in ";|\n()":
            return
        target, plain, _ = self._word(command)
        if operator == "<<<":
            command.stdin.append(target)
        elif operator in ("<<", "<<-") and not self.windows:
            self.awaited.append((target, operator == "<<-", not plain, command))
        else:
            command.redirects.append((number + operator, target))

    def _here_documents(self) -> None:
        for delimiter, cut, quoted, command in self.awaited:
            told, self.at = body(self.text, self.at, delimiter, cut)
            command.stdin.append(told)
            if not quoted:
                self._substituted(told, command)
        self.awaited.clear()

    def _substituted(self, text: str, command: Command) -> None:
        """What runs inside of a text that is no command."""
        if ("$(" in text or "`" in text) and self.depth < DEEPEST:
            inside = _Reader(text, windows=self.windows, known=self.known, depth=self.depth + 1)
            while inside.at < inside.end:
                inside.quoted([], command)

    def _word(self, command: Command) -> tuple[str, bool, bool]:
        """Its value, whether nothing of it is quoted or filled in, whether it falls apart at blanks."""
        parts: list[str] = []
        plain, split = True, False
        text, end, special = self.text, self.end, self.special
        while self.at < end:
            start = at = self.at
            while at < end and text[at] not in special:
                at += 1
            if at > start:
                parts.append(text[start:at])
                self.at = at
                continue
            found = text[at]
            if found in _ENDS or found in "{}":
                break
            plain = False
            self.at += 1
            if found == "'":
                stop = self._found("'")
                parts.append(text[self.at : stop])
                self.at = min(stop + 1, end)
            elif found == '"':
                self.quoted(parts, command)
            elif found == "$":
                split |= self._dollar(parts, command)
            elif found == "`" and not self.windows:
                self._backticks(parts, command)
            elif self.at < end:
                if text[self.at] != "\n":
                    parts.append(text[self.at])
                self.at += 1
        return "".join(parts), plain, split

    def quoted(self, parts: list[str], command: Command) -> None:
        """Read on to behind the next double quote."""
        text, end = self.text, self.end
        while self.at < end:
            start = at = self.at
            while at < end and text[at] not in _IN_QUOTES:
                at += 1
            parts.append(text[start:at])
            self.at = at + 1
            if at >= end or text[at] == '"':
                self.at = min(self.at, end)
                return
            if text[at] == "$":
                self._dollar(parts, command)
            elif text[at] == "`" and not self.windows:
                self._backticks(parts, command)
            elif text[at] != ("`" if self.windows else "\\"):
                parts.append(text[at])
            elif self.at < end:
                if text[self.at] != "\n":
                    parts.append(text[self.at] if text[self.at] in '$`"\\' or self.windows else "\\" + text[self.at])
                self.at += 1

    def _dollar(self, parts: list[str], command: Command) -> bool:
        """What stands behind a dollar sign; whether a blank in it parts words."""
        text = self.text
        found = text[self.at : self.at + 1]
        if found == "(":
            arithmetic = text[self.at : self.at + 2] == "(("
            self.at += 2 if arithmetic else 1
            script = self._nested(")")
            if arithmetic:
                self._only_inner(command, script)
                if text[self.at : self.at + 1] == ")":
                    self.at += 1
            else:
                command.inner.append(script)
            parts.append("$()")
            return False
        if found == "{":
            self.at += 1
            return self._braced(parts, command)
        if found == "'" and not self.windows:
            parts.append(ansi_c(self._through("'", self.at + 1)))
            return False
        name = self._name()
        if name:
            return self._filled(name, parts)
        parts.append("$")
        return False

    def _found(self, mark: str) -> int:
        """Where the next one is; the end where there is none."""
        stop = self.text.find(mark, self.at)
        return self.end if stop < 0 else stop

    def _through(self, mark: str, start: int) -> str:
        """The text from ``start`` to a mark without a backslash before it, behind which reading goes on."""
        stop = start
        while stop < self.end and self.text[stop] != mark:
            stop += 2 if self.text[stop] == "\\" else 1
        self.at = min(stop + 1, self.end)
        return self.text[start:stop]

    def _name(self) -> str:
        start = at = self.at
        joining = "_:" if self.windows else "_"
        while at < self.end and (self.text[at].isalnum() or self.text[at] in joining):
            at += 1
        self.at = at
        return self.text[start:at]

    def _filled(self, name: str, parts: list[str]) -> bool:
        if name == "IFS":
            parts.append(" ")
            return True
        parts.append(self.known.get(name, f"${name}"))
        return name in self.known

    def _braced(self, parts: list[str], command: Command) -> bool:
        """``${NAME…}``; what stands behind the name is read for what runs in it."""
        name = self._name()
        if self.text[self.at : self.at + 1] == "}":
            self.at += 1
            return self._filled(name, parts)
        parts.append(f"${name}")
        self.depth += 1
        while self.at < self.end:
            found = self.text[self.at]
            self.at += 1
            if found == "}":
                break
            if found not in _IN_BRACES:
                continue
            if found == "\\":
                self.at += 1
            elif found == "`":
                self._backticks([], command)
            elif found == "$" and self.depth < DEEPEST:
                self._dollar([], command)
        self.depth -= 1
        return False

    def _backticks(self, parts: list[str], command: Command) -> None:
        inside = self._through("`", self.at)
        parts.append("$()")
        if self.depth < DEEPEST:
            plain = inside.replace("\\`", "`").replace("\\\\", "\\")
            command.inner.append(read(plain, known=self.known, depth=self.depth + 1))
