"""Whatever stands in a record, nothing but a format error leaves a mapping, and what leaves it can be stored."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats import test_azure, test_bedrock, test_codex, test_gateways, test_gemini_cli, test_mcp, test_vertex
from tests.formats.evaluations import test_garak, test_others
from tests.formats.mangling import mangled
from tests.formats.records import frame

from llmsec_tui.errors import FormatError
from llmsec_tui.formats.memory import Memory

SAMPLES: dict[str, list[dict[str, Any]]] = {
    "codex": test_codex.SAMPLES,
    "gemini-cli": test_gemini_cli.SAMPLES,
    "aws-bedrock": test_bedrock.SAMPLES,
    "azure-openai": test_azure.SAMPLES,
    "vertex-ai": test_vertex.SAMPLES,
    "gateways": test_gateways.SAMPLES,
    "garak": test_garak.SAMPLES,
    "mcp": test_mcp.SAMPLES,
    "evaluations": test_others.SAMPLES,
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
