"""What could not be seen in a period. A report without this part would be read as "nothing happened"."""

from collections.abc import Iterator, Mapping

from llmsec_tui.compliance.facts import EVALUATED, Facts
from llmsec_tui.incidents.export.safe import clock, code
from llmsec_tui.incidents.wording import span

MOST_GAPS = 20
MOST_NAMES = 20

_STATES = {
    "off": "the application was told not to log it",
    "elsewhere": "the log holds only a reference to it",
    "encrypted": "it is encrypted",
    "erased": "it was erased after it had been judged, or its time was over",
    "truncated": "it was cut; what is there was judged",
    "media": "no text detector reads images, audio and the like",
}
_NOTICES = {
    "oversize": "records too long to be read whole",
    "truncated": "logs cut short, which may have lost lines",
    "replaced": "logs replaced by others",
    "unreadable": "logs that could not be read",
    "gap": "stretches missing in a log",
    "silent": "logs that fell silent against their own rhythm",
    "parse_errors": "bursts of lines that are no records",
    "clock_skew": "logs whose clock is off",
    "sequence_gap": "numbers missing in a log's own count",
}


def blind_spots(facts: Facts) -> tuple[str, ...]:
    """Sentences in Markdown, the widest gap first; there is always at least one."""
    return (*_unwatched(facts), *_unseen(facts), *_unread(facts), *_switched_off(facts), *_unproven(facts), _ALWAYS)


_ALWAYS = (
    "What no log says is not here: applications that are not followed, what they do not write, and attacks that no "
    "rule knows. No alert is no proof that nothing happened."
)


def _unwatched(facts: Facts) -> Iterator[str]:
    gaps = facts.unwatched
    if not gaps:
        return
    total = span(sum(gap.length for gap in gaps))
    longest = sorted(gaps, key=lambda gap: -gap.length)[:MOST_GAPS]
    named = "; ".join(f"{clock(gap.start)} to {clock(gap.end)}" for gap in sorted(longest, key=lambda gap: gap.start))
    more = f" and {len(gaps) - MOST_GAPS} shorter ones" if len(gaps) > MOST_GAPS else ""
    yield (
        f"No collector ran for {total} of the period ({named}{more}). What was written meanwhile was read afterwards, "
        "if it was still there; nobody was alerted at the time."
    )


def _unseen(facts: Facts) -> Iterator[str]:
    states = facts.contents()
    total = sum(states.values())
    for state, n in sorted(states.items(), key=lambda one: -one[1]):
        if state != EVALUATED:
            why = _STATES.get(state, code(state))
            yield f"{n:,} of {total:,} contents could not be judged as a whole: {why}."
    if not facts.sources:
        yield "No log had an event in the period."


def _unread(facts: Facts) -> Iterator[str]:
    if facts.dead_letters:
        n = sum(facts.dead_letters.values())
        named = ", ".join(f"{code(reason, 80)} ({count:,})" for reason, count in _largest(facts.dead_letters))
        yield f"{n:,} pieces of logs could not be read and are kept by their place: {named}."
    if facts.unknown:
        named = ", ".join(f"{code(name, 80)} ({count:,})" for name, count in _largest(facts.unknown))
        yield f"Records of kinds that no mapping knows, since the store began: {named}."
    for kind, n in _largest(facts.notices):
        yield f"{n:,} times: {_NOTICES.get(kind, code(kind))}."


def _switched_off(facts: Facts) -> Iterator[str]:
    off = [rule for rule in facts.rules if rule.off]
    if off:
        yield f"Rules that are off: {', '.join(code(rule.title) for rule in off[:MOST_NAMES])}{_more(len(off))}."
    failing = [rule for rule in facts.rules if not rule.off and not rule.fires]
    if failing:
        named = ", ".join(code(rule.title) for rule in failing[:MOST_NAMES])
        yield f"Rules without an example of their own that raised them just now: {named}{_more(len(failing))}."
    for silence in facts.silences:
        yield (
            f"Silence {code(silence.silence_id)} of {code(silence.author)} held from {clock(silence.held.start)} to "
            f"{clock(silence.held.end)} and hid {silence.hidden:,} alerts: {code(silence.reason)}."
        )
    for why, n in _largest(facts.hidden):
        yield f"{n:,} alerts were stored and not shown ({code(why)})."


def _unproven(facts: Facts) -> Iterator[str]:
    journal = facts.journal
    if not journal.ok:
        yield f"The record of acts does not verify: {code(journal.verdict)}."
    if journal.sealed_seq < journal.records:
        n = journal.records - journal.sealed_seq
        yield f"{n:,} records of acts are under no signature: whoever owns the collector's account could change them."
    if not journal.anchored_seq:
        yield "The record of acts is anchored nowhere outside: whoever holds its key could write it anew."


def _largest(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:MOST_NAMES]


def _more(n: int) -> str:
    return f" and {n - MOST_NAMES} more" if n > MOST_NAMES else ""
