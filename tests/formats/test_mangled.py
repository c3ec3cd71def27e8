"""Whatever stands in a record, nothing but a format error leaves a mapping, and what leaves it can be stored."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats import (
    test_anthropic,
    test_azure,
    test_bedrock,
    test_claude_stream,
    test_codex,
    test_ecs,
    test_gateways,
    test_gemini_cli,
    test_litellm,
    test_mcp,
    test_nemo_guardrails,
    test_ocsf,
    test_openai_streams,
    test_openpipe,
    test_pi_agent,
    test_vertex,
)
from tests.formats.evaluations import test_garak, test_others
from tests.formats.mangling import mangled
from tests.formats.otel import test_agent_logs, test_openinference, test_otlp, test_sdk, test_traceloop, test_vercel
from tests.formats.platforms import test_langfuse, test_langsmith
from tests.formats.records import frame
from tests.formats.samples import SAMPLES as PLAIN

from llmsec_tui.errors import FormatError
from llmsec_tui.formats.memory import Memory

SAMPLES: dict[str, list[dict[str, Any]]] = {
    "langfuse": test_langfuse.SAMPLES,
    "langsmith": test_langsmith.SAMPLES,
    "litellm": test_litellm.SAMPLES,
    "openai-streams": test_openai_streams.SAMPLES,
    "anthropic": test_anthropic.SAMPLES,
    "claude-stream-json": test_claude_stream.SAMPLES,
    "pi-agent": test_pi_agent.SAMPLES,
    "openpipe": test_openpipe.SAMPLES,
    "codex": test_codex.SAMPLES,
    "gemini-cli": test_gemini_cli.SAMPLES,
    "aws-bedrock": test_bedrock.SAMPLES,
    "azure-openai": test_azure.SAMPLES,
    "vertex-ai": test_vertex.SAMPLES,
    "gateways": test_gateways.SAMPLES,
    "garak": test_garak.SAMPLES,
    "mcp": test_mcp.SAMPLES,
    "evaluations": test_others.SAMPLES,
    "otlp": test_otlp.SAMPLES,
    "openinference": test_openinference.SAMPLES,
    "traceloop": test_traceloop.SAMPLES,
    "vercel": test_vercel.SAMPLES,
    "otel-sdk": test_sdk.SAMPLES,
    "otel-agents": test_agent_logs.SAMPLES,
    "nemo-guardrails": test_nemo_guardrails.SAMPLES,
    "ecs": test_ecs.SAMPLES,
    "ocsf": test_ocsf.SAMPLES,
    "plain": [*PLAIN],
}


@pytest.mark.parametrize("name", SAMPLES)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_nothing_but_a_format_error_leaves_it(name: str, data: st.DataObject) -> None:
    memory = Memory()
    for record in data.draw(st.lists(mangled(SAMPLES[name]), min_size=1, max_size=4)):
        with suppress(FormatError):
            frame(record, memory)
        memory = Memory.decoded(memory.encoded())
