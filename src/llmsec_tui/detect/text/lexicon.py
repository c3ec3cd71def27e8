"""The words that instructions to a model are made of: with them, disguised spellings are told from codes and names."""

from functools import cache
from itertools import pairwise

_WORDS = """
a about above access act actions admin administrator after again all allowed always am an and answer any anything api
appeared are as asked assistant at attack attacker be become been before behave being below bomb build by bypass can
cannot card chat chatbot code command commands complete comply confidential configuration content contents continue
conversation could credential credentials credit data database day debug delete describe details developer did
directive directives disable discard disclose disobey display disregard do does done drugs dump earlier email emails
enable encode encrypt erase everything evil execute explain exploit export expose fake file files filter filters first
follow following for forget forgotten free from full get give given go god grant guardrail guardrails guidance guide
guideline guidelines hack hacked hacker hacking harmful has have hello help here hidden hide him how however i if
ignore ignored ignores ignoring ill illegal immediately in information initial inject injection instead instruct
instructed instruction instructions internal into is it its jailbreak jailbroken just keep key keys kill know known
language last leak leaked let letter like limitation limitations limits list live login make malicious malware me
message messages method mode model moderation money more must my name never new no not nothing now obey of off on only
open or order orders original other our out output outputs overridden override password passwords past payload people
person persona personal phishing please poison policies policy post pretend previous previously print prior private
prompt prompts protocol protocols provide public put question ransomware read real release remember remove repeat
reply report respond response restriction restrictions reveal reveals rm role roleplay root rule rules run safe
safeguards safety say secret secrets secure security send sensitive server set shell should show shutdown simulate
skip so some speak start state steal step steps stop story sudo suppress system systems take talk tell terms text than
that the their them then there these they thing things this those through to token tokens told tool tools transfer
translate trick uncensored under unethical unfiltered unlimited unlock unrestricted until up upload url us use user
username users verbatim virus want was we weapon weapons were what when where which who why will with without word
words world write written yes you your yours yourself
"""
WORDS = frozenset(_WORDS.split())

STEMS = (
    *("ignore", "ignoring", "previous", "instruct", "disregard", "forget", "reveal", "override", "bypass"),
    *("prompt", "password", "secret", "jailbreak", "pretend", "restriction", "guideline", "credential", "unrestricted"),
)
"""Beginnings of words that, in disguise, say by themselves that something is hidden."""

_WORD, _LETTER = 1.0, 3.0
"""What each word costs, and each letter that belongs to none; the cheapest way to cut is taken."""
_END = ""
_Tree = dict[str, "_Tree"]


@cache
def _tree() -> _Tree:
    """The words by their letters; a word may end where there is _END."""
    tree: _Tree = {}
    for word in WORDS:
        node = tree
        for letter in word:
            node = node.setdefault(letter, {})
        node[_END] = {}
    return tree


def cut(letters: str) -> tuple[list[str], float]:
    """Letters that stand without spaces, cut into words; and the share of the letters that are in known ones."""
    tree = _tree()
    costs = [0.0, *[_LETTER * len(letters)] * len(letters)]
    starts = [-1] * (len(letters) + 1)
    for start in range(len(letters)):
        cost = costs[start]
        if cost + _LETTER < costs[start + 1] or starts[start + 1] < 0:
            costs[start + 1], starts[start + 1] = cost + _LETTER, start
        node, end = tree, start
        while end < len(letters) and (below := node.get(letters[end])):
            node, end = below, end + 1
            if _END in node and cost + _WORD + 1 / (end - start) < costs[end]:
                costs[end], starts[end] = cost + _WORD + 1 / (end - start), start
    return _pieces(letters, starts)


def _pieces(letters: str, starts: list[int]) -> tuple[list[str], float]:
    """The pieces that begin at the best places; letters that belong to no word stay together."""
    bounds, stray = [len(letters)], 0
    was_stray, end = False, len(letters)
    while end:
        start = starts[end]
        is_stray = letters[start:end] not in WORDS
        stray += is_stray
        if is_stray and was_stray:
            bounds[-1] = start
        else:
            bounds.append(start)
        was_stray, end = is_stray, start
    bounds.reverse()
    return [letters[start:stop] for start, stop in pairwise(bounds)], 1 - stray / max(len(letters), 1)
