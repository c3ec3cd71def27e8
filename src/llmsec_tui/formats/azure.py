"""Azure OpenAI: the gateway log of API Management, which has the bodies, and diagnostic logs, which do not.

https://learn.microsoft.com/azure/api-management/gateway-log-schema-reference
"""

from typing import Any

from llmsec_tui.events.model import ContentState, Event, Kind, TsSource
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.bodies import Bodies
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.parts import Fields
from llmsec_tui.formats.transcript import Transcript
from llmsec_tui.formats.values import as_dict, as_float, as_id, as_int, as_status, compact_json, decoded, first

_GATEWAY = "GatewayLogs"
_DIAGNOSTICS = ("RequestResponse", "Audit", "Trace", "AzureOpenAIRequestUsage")
_KEPT = ("modelVersion", "apiName", "requestLength", "responseLength", "streamType", "location")


def recognise(data: dict[str, Any]) -> bool:
    """A category of these logs, with what every entry has."""
    category = data.get("category")
    if category == _GATEWAY:
        return "properties" in data
    return category in _DIAGNOSTICS and "operationName" in data and "resourceId" in data


def to_events(data: dict[str, Any], _: Memory) -> Found:
    """The messages of both bodies, filters' verdicts and the failure; without bodies that there are none to judge."""
    # In one and the same file this is an object here and a string of JSON there.
    properties = as_dict(decoded(data.get("properties")))
    if data.get("category") != _GATEWAY:
        return Found([_diagnostic(data, properties)])
    bodies = Bodies(
        first(properties, "backendRequestBody", "requestBody"), first(properties, "backendResponseBody", "responseBody")
    )
    transcript = Transcript(_opening(data, properties, bodies), outcome=_outcome(data, bodies))
    status = first(properties, "responseCode", "backendResponseCode")
    bodies.add_to(transcript, status)
    _failure(transcript, status, bodies)
    return Found(transcript.finish(content_state=bodies.state), transcript.unknown)


def _opening(data: dict[str, Any], properties: dict[str, Any], bodies: Bodies) -> Event:
    created = to_micros(first(data, "time", "TimeGenerated"))
    correlation = as_id(data.get("correlationId"))
    deployment = _deployment(as_id(first(properties, "backendUrl", "url")) or "")
    return Event(
        kind=Kind.MESSAGE,
        call_id=bodies.response_id or correlation,
        ts=created,
        ts_source=TsSource.NONE if created is None else TsSource.NATIVE,
        operation_name=as_id(properties.get("operationId")),
        provider_name="azure.ai.openai",
        request_model=bodies.request_model or deployment,
        response_model=bodies.response_model,
        response_id=bodies.response_id,
        request_id=correlation,
        user_id=bodies.user_id or as_id(properties.get("userId")),
        source_ip=as_id(data.get("callerIpAddress")),
        service_name=as_id(properties.get("apiId")),
        tenant_id=as_id(properties.get("productId")) or as_id(data.get("resourceId")),
    )


def _deployment(url: str) -> str | None:
    _, found, rest = url.partition("/deployments/")
    return rest.partition("/")[0] if found else None


def _outcome(data: dict[str, Any], bodies: Bodies) -> Fields:
    return bodies.outcome() | _duration(data)


def _duration(data: dict[str, Any]) -> Fields:
    # Clocks of two hosts are compared; a negative duration says nothing.
    took = as_float(data.get("durationMs"))
    return {} if took is None or took < 0 else {"duration_ms": took}


def _failure(transcript: Transcript, status: Any, bodies: Bodies) -> None:
    code = as_int(status)
    if code is not None and code >= 400 and not bodies.answer.get("error"):
        transcript.single(kind=Kind.ERROR, error_type=f"http_{code}", http_status=as_status(status))


def _diagnostic(data: dict[str, Any], properties: dict[str, Any]) -> Event:
    requested = to_micros(properties.get("requestTime"))
    moment = to_micros(first(data, "time", "TimeGenerated")) if requested is None else requested
    attrs = {key: value for key in _KEPT if (value := first(properties, key) or data.get(key)) is not None}
    code = as_int(data.get("resultSignature"))
    failed = code is not None and code >= 400
    return Event(
        kind=Kind.ERROR if failed else Kind.LLM_CALL,
        native_id=as_id(data.get("correlationId")),
        ts=moment,
        ts_source=TsSource.NONE if moment is None else TsSource.NATIVE,
        operation_name=as_id(data.get("operationName")),
        provider_name="azure.ai.openai",
        request_model=as_id(properties.get("modelDeploymentName")),
        response_model=as_id(properties.get("modelName")),
        request_id=as_id(data.get("correlationId")),
        user_id=as_id(properties.get("objectId")),
        source_ip=as_id(data.get("callerIpAddress")),
        tenant_id=as_id(data.get("resourceId")),
        content_state=ContentState.OFF if data.get("category") == "RequestResponse" else ContentState.NONE,
        http_status=as_status(data.get("resultSignature")),
        error_type=f"http_{code}" if failed else None,
        attrs=compact_json(attrs) if attrs else None,
        **_duration(data),
    )


FORMAT = Format(
    "azure-openai",
    "Azure OpenAI: API Management gateway logs and diagnostic logs",
    "category GatewayLogs with properties; or RequestResponse, Audit … with operationName and resourceId",
    recognise,
    to_events,
)
