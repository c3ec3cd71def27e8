"""Acts on the journal itself: anchor it, retire its oldest files, change its key."""

from collections.abc import Callable, Sequence

from llmsec_tui.access import Actor
from llmsec_tui.errors import ServiceError
from llmsec_tui.service.auditing.anchoring import Standing
from llmsec_tui.service.auditing.api import RetireSegments, RotateKey
from llmsec_tui.service.context import Context
from llmsec_tui.service.outcome import Outcome


def anchored(standings: Sequence[Standing]) -> Outcome:
    """What ``AnchorNow`` came to, by how every anchor stands now. Raises ServiceError when none took the journal."""
    if not standings:
        raise ServiceError("The journal has no anchors.", hint="Name some in audit.yml; docs/audit.md says how.")
    took = [one for one in standings if not one.problem]
    if not took:
        raise ServiceError(" ".join(one.problem for one in standings))
    names = ", ".join(one.anchor.name for one in took)
    lacking = "".join(f" {one.anchor.name} did not take it: {one.problem}" for one in standings if one.problem)
    seq = max(one.seq for one in took)
    message = f"Records up to {seq} are anchored by {names}.{lacking}"
    return Outcome(message, after={"seq": seq, "anchors": names}, object="journal")


def retire(context: Context, actor: Actor, command: RetireSegments) -> Outcome:
    """Remove the oldest files of the journal."""
    note = _reason(command.note)
    records = context.journal.retire(command.before, actor, note)
    first = context.journal.first_seq

    def reindex() -> None:
        context.auditing.index.rebuild("records were retired")

    message = f"{records} records were retired; the journal begins at record {first}."
    return Outcome(message, after={"records": records, "first": first}, object="journal", then=reindex)


def prepared_rotation(context: Context, actor: Actor, command: RotateKey) -> Callable[[], Outcome]:
    """What ``RotateKey`` does, with the new key made and kept already."""
    note = _reason(command.note)
    following = context.auditing.keys.prepare()

    def rotate() -> Outcome:
        before = context.journal.vkey
        context.journal.rotate(following.signer, actor, note)
        context.auditing.keys.accept(following)
        after = context.journal.vkey
        message = f"The journal is signed with another key from now on: {after}"
        return Outcome(message, before={"key": before}, after={"key": after}, object="journal:key")

    return rotate


def _reason(note: str) -> str:
    if not note.strip():
        raise ServiceError("That takes a reason.", hint="Say why in the note.")
    return note
