"""A request body and an answer body that a gateway logged side by side, whichever provider they are for."""

from typing import Any

from llmsec_tui.events.model import ContentState, Exchange, Role, Trust
from llmsec_tui.formats.gemini_parts import add_gemini_answer, add_gemini_request, gemini_outcome
from llmsec_tui.formats.openai import add_answer, add_failure, add_request, outcome_fields
from llmsec_tui.formats.parts import Fields, text_fields
from llmsec_tui.formats.sse import body
from llmsec_tui.formats.transcript import Transcript
from llmsec_tui.formats.usage import usage_fields
from llmsec_tui.formats.values import as_dict, as_id, as_str, first

_INPUT, _OUTPUT = Exchange.INPUT, Exchange.OUTPUT


class Bodies:
    """Both bodies, decoded; either may be missing."""

    __slots__ = ("answer", "asked", "request", "said")

    def __init__(self, request: Any, answer: Any) -> None:
        self.asked, self.said = body(request), body(answer)
        self.request, self.answer = as_dict(self.asked), as_dict(self.said)

    @property
    def state(self) -> ContentState:
        """Of the call: that its content was not logged must be told."""
        return ContentState.OFF if self.asked is None and self.said is None else ContentState.NONE

    @property
    def response_id(self) -> str | None:
        return as_id(first(self.answer, "id", "responseId"))

    @property
    def request_model(self) -> str | None:
        return as_id(self.request.get("model"))

    @property
    def response_model(self) -> str | None:
        return as_id(first(self.answer, "model", "modelVersion", "model_version"))

    @property
    def user_id(self) -> str | None:
        return as_id(self.request.get("user")) or as_id(as_dict(self.request.get("metadata")).get("user_id"))

    def outcome(self) -> Fields:
        """Usage and finish reasons; the usage key is the answer's id."""
        answer = self.answer
        if "candidates" in answer:
            fields = gemini_outcome(answer)
        elif "content" in answer and "stop_reason" in answer:
            fields = usage_fields(as_dict(answer.get("usage"))) | {"finish_reasons": as_id(answer["stop_reason"])}
            if answer["stop_reason"] == "refusal":
                fields["refusal"] = True
        else:
            fields = outcome_fields(answer)
        if "input_tokens" in fields or "output_tokens" in fields:
            fields["usage_key"] = self.response_id
        return fields

    def add_to(self, transcript: Transcript, status: Any = None) -> None:
        """The messages of both, and the error of the call."""
        self._add_request(transcript)
        self._add_answer(transcript)
        add_failure(transcript, self.answer.get("error"), status)

    def _add_request(self, transcript: Transcript) -> None:
        if "contents" in self.request:
            add_gemini_request(transcript, self.request)
        elif self.request:
            add_request(transcript, self.request)
        elif isinstance(self.asked, list):
            transcript.messages(self.asked, _INPUT)
        elif text := as_str(self.asked):
            transcript.emit(_INPUT, _cut(text, (Role.USER, Trust.USER)))

    def _add_answer(self, transcript: Transcript) -> None:
        answer = self.answer
        if "candidates" in answer or "promptFeedback" in answer:
            add_gemini_answer(transcript, answer)
        elif isinstance(answer.get("content"), list | str):
            transcript.message({"role": "assistant", "content": answer["content"]}, _OUTPUT)
        elif answer:
            add_answer(transcript, answer)
        elif text := as_str(self.said):
            transcript.emit(_OUTPUT, _cut(text, (Role.ASSISTANT, Trust.MODEL)))


def _cut(text: str, by: tuple[Role | None, Trust]) -> Fields:
    """JSON that does not end was cut by the gateway; what is there is judged."""
    fields = text_fields(text, by)
    return fields | {"content_state": ContentState.TRUNCATED} if text.lstrip()[:1] in ("{", "[") else fields
