"""What went into a model or came out of it, in any of the shapes that people write it in."""

from typing import Any

from llmsec_tui.events.model import Exchange
from llmsec_tui.formats.openai import add_answer
from llmsec_tui.formats.parts import part_name
from llmsec_tui.formats.shape import shape_of
from llmsec_tui.formats.transcript import Transcript
from llmsec_tui.formats.values import as_dict, compact_json, first


def add_side(transcript: Transcript, value: Any, exchange: Exchange) -> None:
    """A prompt or an answer: a text, a list of messages or texts, a message, or an object that holds one of these."""
    plain = as_dict(value)
    if "role" in plain:
        transcript.message(plain, exchange)
    elif not plain:
        transcript.messages(value, exchange)
    elif isinstance(plain.get("choices"), list) or isinstance(plain.get("output"), list):
        add_answer(transcript, plain)
    elif isinstance(plain.get("messages"), list):
        transcript.messages(plain["messages"], exchange)
    else:
        shape = shape_of(plain)
        content = first(plain, *shape.contents, *shape.prompts, *shape.answers)
        if not isinstance(content, str | list):
            content = compact_json(plain)
            transcript.unknown = transcript.unknown or f"object:{part_name(plain)}"
        transcript.say("assistant" if exchange is Exchange.OUTPUT else "user", content, exchange)
