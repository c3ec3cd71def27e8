"""Compare a journal with what others have seen of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from llmsec_tui.audit import checkpoints
from llmsec_tui.audit.anchors import Anchored
from llmsec_tui.audit.following import Chain
from llmsec_tui.audit.verdicts import Code, VerdictRow, verdict


@dataclass(frozen=True, slots=True)
class AnchorCheck:
    """What the anchors say, and the newest one that the journal agrees with."""

    rows: list[VerdictRow]
    seq: int = 0
    at: int = 0


def check_anchors(anchors: Sequence[Anchored], state: Chain, *, broken: bool) -> AnchorCheck:
    """Every anchor against the state that the records lead to at its size, of which ``state.states`` must know.

    Where the chain is ``broken``, nothing can be said about what lies behind the break.
    """
    rows: list[VerdictRow] = []
    agreed: Anchored | None = None
    name = checkpoints.origin(state.log_id)
    own = [anchor for anchor in anchors if not state.log_id or anchor.origin == name]
    # Many hosts may write to one syslog, so anchors of others beside our own say nothing.
    if anchors and not own:
        words = f"None of the {len(anchors)} anchors is of {name}"
        rows.append(verdict(Code.FORK, f"{words}: this is not the journal that was anchored, or not its anchors."))
    if (most := max((anchor.size for anchor in own), default=0)) > state.seq and not broken:
        words = f"An anchor has seen {most} records and there are {state.seq}: the last {most - state.seq} are gone."
        rows.append(verdict(Code.TRUNCATED, words))
    for anchor in own:
        if anchor.size > state.seq or (found := state.states.get(anchor.size)) is None:
            continue
        if found != (anchor.root, anchor.head):
            words = f"The records up to {anchor.size} are not those that were anchored: they were rewritten."
            rows.append(verdict(Code.FORK, words))
            break
        if agreed is None or (anchor.size, anchor.at) > (agreed.size, agreed.at):
            agreed = anchor
    return AnchorCheck(rows, agreed.size, agreed.at) if agreed else AnchorCheck(rows)
