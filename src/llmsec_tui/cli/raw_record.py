"""Show the raw record behind an event, to who may read its file: the collector lends nobody its eyes."""

import sys
from collections.abc import Mapping
from hashlib import sha256

from llmsec_tui.cli.diagnostics import say
from llmsec_tui.errors import SourceError
from llmsec_tui.intake.raw import raw
from llmsec_tui.text import visible, visible_lines


def show(fields: Mapping[str, str]) -> bool:
    """Write the record's bytes to stdout as they are, made harmless at a terminal; whether its hash holds.

    ``fields`` are those of the event. Raises SourceError when the bytes are not there any more.
    """
    path, offset, length = fields["source_path"], int(fields["source_offset"]), int(fields["source_len"])
    if not length:
        raise SourceError(
            f"Event {fields['event_id']} tells of its file and has no record in it; there are no bytes to show.",
            hint="Ask for an event that a record of the log says.",
        )
    data = raw(path, offset, length)
    if sys.stdout.isatty():
        sys.stdout.write(visible_lines(data.decode("utf-8", "replace")) + "\n")
    else:
        sys.stdout.buffer.write(data)
    sys.stdout.flush()
    digest = sha256(data).hexdigest()
    holds = digest == fields["record_sha256"]
    place = f"{length:,} bytes at offset {offset:,} of {visible(path)}"
    if holds:
        say(f"The hash holds: these {place} are the record that was read, SHA-256 {digest}.")
    else:
        say(f"The hash does not hold: other bytes than were read are now the {place}. They have SHA-256 {digest}, and")
        say(f"the record had {fields['record_sha256']}.")
    return holds
