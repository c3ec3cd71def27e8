"""An app whose panes can be covered: then nothing comes over the cover, however late it was answered."""

from typing import Any

from textual.await_complete import AwaitComplete

from llmsec_tui.console.compat import QuietCrash
from llmsec_tui.console.entrance import Entrance


class Covered(QuietCrash):
    """Covered by the entrance. What was asked for before and comes only now is not shown at all."""

    @property
    def covered(self) -> bool:
        """Whether the entrance stands before the panes."""
        return self.is_running and bool(self.screen_stack) and isinstance(self.screen, Entrance)

    def push_screen(self, *args: Any, **options: Any) -> Any:
        """Textual's, but for that."""
        return AwaitComplete() if self.covered else super().push_screen(*args, **options)
