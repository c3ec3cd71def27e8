"""The sample logs: every format that the documentation names, read without a remainder."""

from collections import Counter
from pathlib import Path

import pytest

from llmsec_tui.events.model import ContentState
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.registry import FORMATS, Registry
from llmsec_tui.intake.read import WholeFile
from llmsec_tui.paths import shipped

SAMPLES = shipped("sample_logs")
EXPECTED = {
    "anthropic-batch.jsonl": "anthropic",
    "anthropic.jsonl": "anthropic",
    "claude-stream-json.jsonl": "claude-stream-json",
    "langfuse-blob.jsonl": "langfuse",
    "langfuse.json": "langfuse",
    "langsmith.jsonl": "langsmith",
    "openai-chunks.jsonl": "openai",
    "openai-stream.jsonl": "openai-stream",
    "openpipe.jsonl": "openpipe",
    "pi-agent.jsonl": "pi-agent",
    "agentdojo.jsonl": "agentdojo",
    "atif.json": "atif",
    "aws-bedrock.jsonl": "aws-bedrock",
    "azure-openai.jsonl": "azure-openai",
    "cloudflare.jsonl": "cloudflare-ai-gateway",
    "codex.jsonl": "codex",
    "garak.jsonl": "garak",
    "gemini-cli.jsonl": "gemini-cli",
    "helicone.jsonl": "helicone",
    "inspect.json": "inspect",
    "kong.jsonl": "kong",
    "mcp.jsonl": "mcp",
    "portkey.jsonl": "portkey",
    "ecs.jsonl": "ecs",
    "ocsf.jsonl": "ocsf",
    "promptfoo.json": "promptfoo",
    "nemo-guardrails.jsonl": "nemo-guardrails",
    "otel-js.json": "otel-js",
    "otel-python.jsonl": "otel-python",
    "otlp-agent-logs.jsonl": "otlp",
    "otlp-openinference.jsonl": "otlp",
    "otlp-openllmetry.jsonl": "otlp",
    "phoenix.jsonl": "phoenix",
    "swe-agent.traj": "swe-agent",
    "vertex-ai.jsonl": "vertex-ai",
    "claude-code.jsonl": "claude-code",
    "otlp.jsonl": "otlp",
    "otlp-pretty.jsonl": "otlp",
    "litellm.jsonl": "litellm",
    "openai-chat.jsonl": "openai",
    "openai-responses.jsonl": "openai",
    "openai-batch.jsonl": "openai",
    "generic.jsonl": "generic",
}
STORY = {
    "web-chat.litellm.jsonl": "litellm",
    "product-guide.otlp.jsonl": "otlp",
    "ops-agent.claude-code.jsonl": "claude-code",
}
FILES = [(SAMPLES / "formats" / name, known) for name, known in EXPECTED.items()]
FILES += [(SAMPLES / "support_bot" / name, known) for name, known in STORY.items()]


def test_every_format_has_a_sample() -> None:
    """And there is no sample that nobody expects."""
    assert {path.name for path in (SAMPLES / "formats").iterdir()} == set(EXPECTED)
    assert set(EXPECTED.values()) == {known.name for known in FORMATS}


@pytest.mark.parametrize(("path", "known"), FILES, ids=[path.name for path, _ in FILES])
def test_a_sample_is_of_one_known_format(path: Path, known: str) -> None:
    """Nothing in it is unknown or unreadable, and most of it has content that can be judged."""
    formats: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    present = events = 0
    memory = Memory()
    for read in WholeFile(path).pieces():
        assert not read.dead_letters
        for record in read.records:
            outcome = Registry().map(record, memory)
            formats[outcome.format] += 1
            unknown.update([outcome.unknown] if outcome.unknown else [])
            events += len(outcome.events)
            present += sum(event.content_state is ContentState.PRESENT for event in outcome.events)
    assert set(formats) == {known}
    assert not +unknown
    assert events >= 5
    assert present > formats.total() / 2


def test_the_story_names_its_people_and_conversations() -> None:
    """Otherwise nobody could follow an attacker through it."""
    for name in ("web-chat.litellm.jsonl", "product-guide.otlp.jsonl"):
        for read in WholeFile(SAMPLES / "support_bot" / name).pieces():
            for record in read.records:
                for event in Registry().map(record, Memory()).events:
                    assert event.conversation_id
                    assert event.user_id
                    assert event.ts
