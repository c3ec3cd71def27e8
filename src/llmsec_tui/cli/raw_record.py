"""Show the raw record behind an event, as far as the role of whoever asks goes."""

import sys

from llmsec_tui.cli.diagnostics import say
from llmsec_tui.service.content.api import RawRecord
from llmsec_tui.text import visible, visible_lines


def show(record: RawRecord) -> bool:
    """Write the record to stdout as it is, made harmless at a terminal; whether its hash holds."""
    if sys.stdout.isatty():
        sys.stdout.write(visible_lines(record.data.decode("utf-8", "replace")) + "\n")
    else:
        sys.stdout.buffer.write(record.data)
    sys.stdout.flush()
    if record.masked:
        say(
            "This is not the record as it is: your role does not show everything. Its hash is that of the whole record."
        )
    holds = record.now_sha256 == record.record_sha256
    place = f"{record.source_len:,} bytes at offset {record.source_offset:,} of {visible(record.source_path)}"
    if holds:
        say(f"The hash holds: these {place} are the record that was read, SHA-256 {record.now_sha256}.")
    else:
        say(f"The hash does not hold: other bytes than were read are now the {place}. They have SHA-256")
        say(f"{record.now_sha256}, and the record had {record.record_sha256}.")
    return holds
