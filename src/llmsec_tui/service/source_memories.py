"""What each source said that its later records need; stored with its checkpoint, so that a restart goes on with it."""

from collections.abc import Iterable
from dataclasses import replace

from llmsec_tui.formats.memory import Memory
from llmsec_tui.intake.checkpoint import Checkpoint


class SourceMemories:
    """A memory a source, for one thread."""

    def __init__(self, checkpoints: Iterable[Checkpoint] = ()) -> None:
        """``checkpoints`` are those of the last run. Raises FormatError for a memory that cannot be read."""
        self._memories = {one.source_id: Memory.decoded(one.memory) for one in checkpoints if one.memory}

    def of(self, source_id: str) -> Memory:
        """What to give to the formats for each record of this source, in their order."""
        memory = self._memories.get(source_id)
        if memory is None:
            memory = self._memories[source_id] = Memory()
        return memory

    def drop(self, source_id: str) -> None:
        """Nothing more will come from this source."""
        self._memories.pop(source_id, None)

    def put_into(self, checkpoints: Iterable[Checkpoint]) -> list[Checkpoint]:
        """The checkpoints of a batch whose records were all mapped, with what was remembered by then."""
        return [self._with_memory(checkpoint) for checkpoint in checkpoints]

    def _with_memory(self, checkpoint: Checkpoint) -> Checkpoint:
        memory = self._memories.get(checkpoint.source_id)
        if memory is None:
            return checkpoint
        encoded = memory.encoded()
        if not encoded:
            # Most sources never say anything that later records need, and there may be thousands.
            del self._memories[checkpoint.source_id]
        if not checkpoint.inode:
            self._memories.pop(checkpoint.source_id, None)
        return replace(checkpoint, memory=encoded) if encoded != checkpoint.memory else checkpoint
