"""A field for a secret: what is typed is neither shown nor copied anywhere."""

from textual.widgets import Input


class MaskedInput(Input):
    """Shows a dot for each character. Textual's own would copy what is under the dots to the terminal's clipboard."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(password=True, max_length=1_024, compact=True, id=id)

    def action_copy(self) -> None:
        """Nothing is copied."""

    def action_cut(self) -> None:
        """Nothing is copied, and what is selected stays."""

    def forget(self) -> None:
        """Empty it, without anybody being told that it changed."""
        with self.prevent(Input.Changed):
            self.clear()
