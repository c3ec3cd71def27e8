"""The palette (ctrl+p): the same table of actions, found by their names."""

from collections.abc import Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from llmsec_tui.console.actions import ACTIONS, Action, Owner
from llmsec_tui.console.safe_text import content


class Actions(Provider):
    """What can be done on the screen below. Entries run actions, so the same checks apply as to keys."""

    def _possible(self) -> Iterator[Action]:
        console = self.app
        for action in ACTIONS:
            node = console if action.owner is Owner.APP else self.screen
            if action.owner is not Owner.LINES and node.check_action(action.id, ()) and _runs_bare(action):
                yield action

    async def discover(self) -> Hits:
        for action in self._possible():
            yield DiscoveryHit(content(action.help), partial(self._run, action), action.help)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        hits = [
            Hit(score, content(action.help), partial(self._run, action), action.help)
            for action in self._possible()
            if (score := max(matcher.match(word) for word in (action.help, action.label, *action.names))) > 0
        ]
        for hit in sorted(hits, reverse=True):
            yield hit

    async def _run(self, action: Action) -> None:
        await self.app.run_action((str(action.owner), action.id, ()))


def _runs_bare(action: Action) -> bool:
    return not action.argument or action.argument.startswith("[")
