"""The silences of a collector in memory."""

from collections.abc import Sequence

from msgspec.structs import replace

from llmsec_tui.errors import NotFound
from llmsec_tui.service.api import Done
from llmsec_tui.service.silences import api as silence_api
from llmsec_tui.service.silences.api import Demand, SilenceRow

START = 1_795_400_000_000_000


def silence(seq: int, state: str = "holds", text: str = "bob") -> SilenceRow:
    """A silence on a rule and a user."""
    return SilenceRow(
        seq=seq,
        silence_id=f"{seq:012x}",
        state=state,
        demands=[Demand(field="rule_id", value="llm01"), Demand(field="user_id", value=text)],
        rule_title=text if seq % 2 else "System prompt asked for",
        author=text,
        reason=text,
        created_at=START,
        until=START + 7_200_000_000,
        hidden=14 * seq,
        last_hidden_at=START + 60_000_000,
        ended_at=START + 90_000_000 if state == "ended" else None,
        ended_by=text if state == "ended" else None,
        end_reason=text if state == "ended" else None,
    )


class Silences:
    """What a collector answers about silences."""

    def __init__(self) -> None:
        self.silences = [silence(2), silence(1, "expired")]
        self.refusal = ""
        """Why every silence is too broad."""

    def use_for_silences(self, texts: Sequence[str]) -> None:
        """Make every text one of these."""
        states = ("holds", "expired", "ended")
        self.silences = [silence(n + 1, states[n % 3], text) for n, text in enumerate(texts)][::-1]

    def _answer_ListSilences(self, ask: silence_api.ListSilences) -> silence_api.SilencePage:  # noqa: N802
        before = 1 << 62 if ask.before is None else ask.before
        inside = [row for row in self.silences if (ask.after or 0) < row.seq < before]
        return silence_api.SilencePage(rows=inside[: ask.limit], total=len(self.silences))

    def _answer_PreviewSilence(self, ask: silence_api.PreviewSilence) -> silence_api.SilencePreview:  # noqa: N802
        hidden = 14 if len(ask.demands) > 1 else 90
        return silence_api.SilencePreview(
            days=7,
            demands=ask.demands,
            total=120,
            hidden=hidden,
            shown=hidden,
            rules=[],
            examples=[],
            refusal=self.refusal or ("More than half is too much." if hidden > 60 else ""),
        )

    def _answer_AddSilence(self, ask: silence_api.AddSilence) -> Done:  # noqa: N802
        new = silence(len(self.silences) + 1)
        self.silences.insert(0, replace(new, demands=ask.demands, reason=ask.note, until=ask.until, hidden=0))
        return Done(message=f"Silence {new.silence_id} holds.")

    def _answer_EndSilence(self, ask: silence_api.EndSilence) -> Done:  # noqa: N802
        for place, row in enumerate(self.silences):
            if row.silence_id == ask.silence_id:
                self.silences[place] = replace(row, state="ended", ended_by="ann", ended_at=START)
                return Done(message=f"Silence {row.silence_id} is over.")
        raise NotFound(f"There is no silence {ask.silence_id}.")
