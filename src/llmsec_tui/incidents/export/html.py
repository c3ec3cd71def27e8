"""The report as a page."""

from llmsec_tui.incidents.export.case import Case
from llmsec_tui.incidents.export.markdown import markdown
from llmsec_tui.incidents.export.page import page


def html(case: Case) -> bytes:
    """The page, of the same words as the Markdown."""
    return page(f"{case.incident.incident_id}: {case.incident.title}", markdown(case).decode("utf-8"))
