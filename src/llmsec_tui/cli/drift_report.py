"""A page about drift that stands for itself: no scripts, nothing from elsewhere, and every word of a log escaped."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from html import escape

from llmsec_tui.cli.drift_chart import amount, chart, when
from llmsec_tui.service.behaviour.api import BehaviourBoard, BehaviourDetail, BehaviourRow
from llmsec_tui.text import visible

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#1c1c1c;background:#fff;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;font-size:.9em}
th,td{text-align:left;padding:.25rem .5rem;border-bottom:1px solid #ddd;overflow-wrap:anywhere}
td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
section{margin:2.5rem 0}svg{width:100%;height:auto}.drift{font-weight:bold;color:#a40000}.watch{color:#8a5a00}
.insufficient,.absent,.none{color:#666}footer{color:#666;font-size:.9em}
"""
_GLOSSARY = (
    ("drift", "It differs by enough to matter, and the board as a whole can vouch for it."),
    ("watch", "It differs, but among so many numbers one of this kind is to be expected; or it moves slowly."),
    ("steady", "Nothing of note."),
    ("insufficient", "Too few values to say anything. It is not said to be well."),
    ("absent", "The logs do not tell it, so it is not watched."),
    ("no baseline", "Nobody has pinned what is usual, so nothing can be said."),
)


_SUSPECT = ("drift", "watch")


def page(board: BehaviourBoard, details: Sequence[BehaviourDetail]) -> str:
    """The whole page."""
    held = f"held against baseline {board.baseline}" if board.baseline else "without a baseline"
    summary = (
        f"{board.drifting} drift, {board.watched} to watch, {board.insufficient} with too few values to tell, "
        f"of {board.total} in all."
    )
    meanings = "".join(f"<dt>{name}</dt><dd>{escape(meaning)}</dd>" for name, meaning in _GLOSSARY)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>How the models behave</title><style>{_STYLE}</style></head><body>\n"
        f"<h1>How the models behave</h1>\n<p>{when(board.since)} to {when(board.until)}, {held}. {_said(summary)}</p>\n"
        f"{_paragraph(board.note)}{_board(board.rows)}\n"
        f"{''.join(map(_section, details))}"
        f"<h2>How to read it</h2>\n<dl>{meanings}</dl>\n"
        "<p>The band of a chart is where nine of ten hours of that size lie; the line is what was seen, with gaps "
        "where an hour had no values. Triangles are alerts; dashed lines are changes that people noted or that the "
        "logs show. An effect is the greatest difference of cumulated shares of a number, the difference of a rate, or "
        "how much of a mix is otherwise.</p>\n"
        f"<footer>Made by llmsec-tui, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC.</footer>\n</body></html>\n"
    )


def _said(text: str) -> str:
    """Escaped, and with nothing in it that could not be seen."""
    return escape(visible(text))


def _paragraph(text: str) -> str:
    return f"<p>{_said(text)}</p>\n" if text else ""


def _table(heads: Iterable[str], rows: Iterable[Sequence[str]], numbers: frozenset[int] = frozenset()) -> str:
    """``rows`` are text; the columns ``numbers`` stand on the right."""
    head = "".join(f"<th>{_said(one)}</th>" for one in heads)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td class="n">{_said(x)}</td>' if at in numbers else f"<td>{_said(x)}</td>" for at, x in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>\n" if body else ""


def _board(rows: Sequence[BehaviourRow]) -> str:
    heads = ("Verdict", "Of", "What", "Values", "Usual", "Now", "Effect", "Why")
    told = [
        (
            *(row.verdict, row.slice, row.title, f"{row.n:,}", amount(row.usual, row.shape, row.unit)),
            *(amount(row.value, row.shape, row.unit), f"{row.effect:.2f}", row.why),
        )
        for row in rows
        if row.verdict in _SUSPECT or (row.verdict == "no baseline" and row.slice == "all")
    ]
    return _table(heads, told, frozenset({3, 4, 5, 6})) + "".join(map(_paragraph, _rest(rows)))


def _rest(rows: Sequence[BehaviourRow]) -> Iterator[str]:
    """What is not in the table, in sentences: what is steady, and what nothing can be said of."""
    steady = sum(row.verdict == "steady" for row in rows)
    yield f"{steady:,} {'is' if steady == 1 else 'are'} steady."
    few = [row for row in rows if row.verdict == "insufficient"]
    if few:
        whole = ", ".join(row.title for row in few if row.slice == "all")
        named = f"; of the whole: {whole}" if whole else ""
        yield f"{len(few):,} {'has' if len(few) == 1 else 'have'} too few values to tell{named}."
    if absent := ", ".join(row.title for row in rows if row.verdict == "absent"):
        yield f"The logs do not tell: {absent}."


def _section(one: BehaviourDetail) -> str:
    row = one.row
    of = "" if row.slice == "all" else f" of {row.slice}"
    kind = row.verdict if row.verdict in ("drift", "watch", "insufficient", "absent") else "none"
    causes = _table(
        ("Likely cause", "Share", "What speaks for it"),
        [(cause.cause, f"{cause.share:.0%}", cause.why) for cause in one.causes],
        frozenset({1}),
    )
    names = _table(
        ("Name", "Usual share", "Now"),
        [(shift.name, f"{shift.usual:.1%}", f"{shift.now:.1%}") for shift in one.shifts],
        frozenset({1, 2}),
    )
    marks = _table(("Changed at", "What", "", "Of"), [(when(m.at), m.kind, m.text, m.app) for m in one.marks])
    return (
        f'<section><h2>{_said(row.title + of)} <span class="{kind}">{_said(row.verdict)}</span></h2>\n'
        f"{_paragraph(row.why)}{chart(one)}\n{causes}{names}{_words(one)}{marks}</section>\n"
    )


def _words(one: BehaviourDetail) -> str:
    if one.terms is None or not (one.terms.more or one.terms.fewer):
        return ""
    more, fewer = (", ".join(words) or "none" for words in (one.terms.more, one.terms.fewer))
    return _paragraph(f"Words that are said more: {more}; less: {fewer}.")
