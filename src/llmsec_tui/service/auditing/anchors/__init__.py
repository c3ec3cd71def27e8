"""The ways by which the journal's head leaves the reach of whoever could change the journal."""

from llmsec_tui.service.auditing.anchors.anchor import Anchor, AnchorFailed, put

__all__ = ["Anchor", "AnchorFailed", "put"]
