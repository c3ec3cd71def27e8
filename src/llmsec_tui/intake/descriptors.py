"""Keep the number of open files bounded, however many are followed."""

from collections import OrderedDict

from llmsec_tui.intake.followed import Followed


class Descriptors:
    """Closes the file that was not used for the longest time; it is opened again when it has something new."""

    def __init__(self, most: int) -> None:
        self.kept: Followed | None = None
        """The one that is being dealt with, which stays open while others are looked at for its sake."""
        self._most = most
        self._used: OrderedDict[Followed, None] = OrderedDict()

    def use(self, followed: Followed) -> None:
        """This file is open and used now."""
        self._used[followed] = None
        self._used.move_to_end(followed)
        # A file that lost its path cannot be opened again.
        busy = (followed, self.kept)
        idle = (one for one in list(self._used) if one not in busy and one.quiet_since is None)
        while len(self._used) > self._most and (oldest := next(idle, None)) is not None:
            oldest.close()
            del self._used[oldest]

    def forget(self, followed: Followed) -> None:
        """This file was closed for good."""
        self._used.pop(followed, None)
