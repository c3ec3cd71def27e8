"""Who speaks in a message and how far that can be trusted, from the role that a log gives it."""

from llmsec_tui.events.model import Exchange, Role, Trust

SPEAKERS: dict[str, tuple[Role, Trust]] = {
    "system": (Role.SYSTEM, Trust.SYSTEM),
    "developer": (Role.DEVELOPER, Trust.OPERATOR),
    "operator": (Role.DEVELOPER, Trust.OPERATOR),
    "user": (Role.USER, Trust.USER),
    "human": (Role.USER, Trust.USER),
    "assistant": (Role.ASSISTANT, Trust.MODEL),
    "ai": (Role.ASSISTANT, Trust.MODEL),
    "bot": (Role.ASSISTANT, Trust.MODEL),
    "chatbot": (Role.ASSISTANT, Trust.MODEL),
    "model": (Role.ASSISTANT, Trust.MODEL),
    "gpt": (Role.ASSISTANT, Trust.MODEL),
    "tool": (Role.TOOL, Trust.TOOL),
    "function": (Role.TOOL, Trust.TOOL),
    "toolresult": (Role.TOOL, Trust.TOOL),
    "tool_result": (Role.TOOL, Trust.TOOL),
    "tool_response": (Role.TOOL, Trust.TOOL),
    "observation": (Role.TOOL, Trust.TOOL),
    "ipython": (Role.TOOL, Trust.TOOL),
    "context": (Role.TOOL, Trust.RETRIEVED),
    "document": (Role.TOOL, Trust.RETRIEVED),
    "retriever": (Role.TOOL, Trust.RETRIEVED),
    "retrieval": (Role.TOOL, Trust.RETRIEVED),
}
"""Role and trust by the names that logs write, in lower case."""
_ANSWERING = (Role.ASSISTANT, Trust.MODEL)
_SOMEBODY = (None, Trust.USER)


def speaker(role: object, exchange: Exchange) -> tuple[Role | None, Trust]:
    """The role and trust of a message.

    A role that nobody knows ("customer", "Alice") is somebody who talks to the model, unless the model is answering:
    it gets no role and the trust of a user, so that what it says is judged.
    """
    if isinstance(role, str):
        if (known := SPEAKERS.get(role)) is not None:
            return known
        if (known := SPEAKERS.get(role.strip().lower())) is not None:
            return known
    return _ANSWERING if exchange is Exchange.OUTPUT else _SOMEBODY


def is_role(value: object) -> bool:
    """Whether this names a speaker that chat logs use."""
    return isinstance(value, str) and (value in SPEAKERS or value.strip().lower() in SPEAKERS)


def split_tool(name: str | None) -> tuple[str | None, str | None]:
    """``mcp__server__tool`` as ("tool", "server"); other names as they are, without a server."""
    if name is None or not name.startswith("mcp__"):
        return name, None
    server, _, tool = name.removeprefix("mcp__").partition("__")
    return (tool, server) if server and tool else (name, None)
