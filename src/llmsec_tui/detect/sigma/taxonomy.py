"""The catalogues that tags refer to, as lists of identifiers; nothing is ever downloaded."""

OWASP_LLM = "2025"
"""The edition of the OWASP Top 10 for LLM Applications."""
OWASP_AGENTIC = "2026"
"""The edition of the OWASP Top 10 for Agentic Applications."""
ATLAS = "5.6.0"
"""The release of MITRE ATLAS."""

_ATLAS_TECHNIQUES = """
    0000 0001 0002 0003 0004 0005 0006 0007 0008 0010 0011 0012 0013 0014 0015 0016 0017 0018 0019 0020 0021 0024
    0025 0029 0031 0034 0035 0036 0037 0040 0041 0042 0043 0044 0046 0047 0048 0049 0050 0051 0052 0053 0054 0055
    0056 0057 0058 0059 0060 0061 0062 0063 0064 0065 0066 0067 0068 0069 0070 0071 0072 0073 0074 0075 0076 0077
    0078 0079 0080 0081 0082 0083 0084 0085 0086 0087 0088 0089 0090 0091 0092 0093 0094 0095 0096 0097 0098 0099
    0100 0101 0102 0103 0104 0105 0106 0107 0108 0109 0110 0111 0112
"""
_ATLAS_SUB_TECHNIQUES = {
    "0000": 3,
    "0002": 3,
    "0005": 3,
    "0008": 6,
    "0010": 6,
    "0011": 4,
    "0016": 3,
    "0017": 1,
    "0018": 3,
    "0024": 3,
    "0034": 3,
    "0043": 5,
    "0048": 5,
    "0051": 3,
    "0052": 2,
    "0067": 1,
    "0069": 3,
    "0080": 2,
    "0084": 4,
    "0085": 2,
    "0091": 1,
    "0095": 1,
    "0112": 2,
}
"""How many sub-techniques a technique has; they are numbered from 000 on."""
_ATLAS_TACTICS = 16

ATTACK_TACTICS = (
    *("reconnaissance", "resource-development", "initial-access", "execution", "persistence", "privilege-escalation"),
    *("defense-evasion", "stealth", "defense-impairment", "credential-access", "discovery", "lateral-movement"),
    *("collection", "command-and-control", "exfiltration", "impact"),
)
"""Of MITRE ATT&CK, both before and after defense evasion was split."""


def _atlas() -> frozenset[str]:
    techniques = {f"aml-t{number}" for number in _ATLAS_TECHNIQUES.split()}
    parts = {f"aml-t{number}-{part:03d}" for number, parts in _ATLAS_SUB_TECHNIQUES.items() for part in range(parts)}
    return frozenset(techniques | parts | {f"aml-ta{number:04d}" for number in range(_ATLAS_TACTICS)})


LISTED: dict[str, frozenset[str]] = {
    "owasp": frozenset(f"llm{number:02d}" for number in range(1, 11)),
    "asi": frozenset(f"asi{number:02d}" for number in range(1, 11)),
    "atlas": _atlas(),
    "detection": frozenset({"dfir", "emerging-threats", "threat-hunting"}),
    "tlp": frozenset({"red", "amber", "amber-strict", "green", "white", "clear"}),
}
"""All names in the namespaces that are closed."""
OPEN = ("attack", "car", "cve", "d3fend", "stp")
"""The namespaces of Sigma that are too large to list; only the form of their names is known."""
