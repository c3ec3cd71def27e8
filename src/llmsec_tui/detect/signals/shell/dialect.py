"""Tell whether a command line is written for PowerShell or cmd."""

_VERBS = frozenset(
    (
        *(
            "get",
            "set",
            "new",
            "remove",
            "invoke",
            "select",
            "where",
            "foreach",
            "write",
            "out",
            "start",
            "stop",
            "add",
        ),
        *("copy", "move", "test", "convertto", "convertfrom", "import", "export", "clear", "enable", "disable", "sort"),
        *("measure", "join", "split", "expand", "compress", "restart", "register", "unregister", "wait", "resolve"),
        *("rename", "format", "install", "uninstall", "update", "save", "send", "connect", "enter", "read"),
    )
)
_WORDS = frozenset(
    (
        *("iex", "iwr", "irm", "gci", "schtasks", "netsh", "wevtutil", "icacls", "taskkill", "vssadmin", "certutil"),
        *("bitsadmin", "reg", "del", "rd", "robocopy", "attrib", "wmic", "rundll32", "regsvr32", "mshta", "cmdkey"),
    )
)
_STARTS = 8
"""First words of each piece that are looked at."""
_LOOKED_AT = 4096
_BREAKS = str.maketrans(dict.fromkeys(";|&(){}\n\r\t\"'", " "))


def is_windows(text: str) -> bool:
    """Whether a cmdlet, a program of Windows or a variable of PowerShell stands near its beginning."""
    start = text[:_LOOKED_AT]
    lower = start.lower()
    if "$env:" in lower or "$_." in lower or "[system." in lower:
        return True
    colon = start.find(":\\")
    if colon > 0 and start[colon - 1].isalpha() and not start[max(colon - 2, 0) : colon - 1].isalpha():
        return True
    words = start.translate(_BREAKS).split()
    if any(word.lower().removesuffix(".exe") in _WORDS for word in words[:1]):
        return True
    return any(_is_cmdlet(word) for word in words if "-" in word)


def _is_cmdlet(word: str) -> bool:
    verb, _, noun = word.partition("-")
    return verb.lower() in _VERBS and len(noun) > 3 and noun[:1].isupper() and noun.isalpha() and noun != "Cookie"
