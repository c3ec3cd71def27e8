"""Who was it, in which session, of which tenant: under names that every application chooses itself."""

from functools import lru_cache
from typing import Any

from llmsec_tui.formats.parts import Fields
from llmsec_tui.formats.values import as_id

_NAMES = {
    "userid": "user_id",
    "user": "user_id",
    "enduser": "user_id",
    "enduserid": "user_id",
    "username": "user_id",
    "useremail": "user_id",
    "sessionid": "conversation_id",
    "session": "conversation_id",
    "conversationid": "conversation_id",
    "convoid": "conversation_id",
    "threadid": "conversation_id",
    "chatid": "conversation_id",
    "tenantid": "tenant_id",
    "tenant": "tenant_id",
    "orgid": "tenant_id",
    "organizationid": "tenant_id",
    "teamid": "tenant_id",
    "customerid": "tenant_id",
    "workspaceid": "tenant_id",
    "environment": "environment",
    "env": "environment",
    "agentid": "agent_id",
    "agentname": "agent_name",
    "ip": "source_ip",
    "ipaddress": "source_ip",
    "clientip": "source_ip",
}
_UNSPELLED = str.maketrans("", "", "_-. ")
_SHORT = 64
"""Characters of a name that is worth being remembered."""


def identity(properties: dict[str, Any], prefix: str = "") -> Fields:
    """Event fields among the properties that an application gave its spans; those whose keys start with ``prefix``."""
    found: Fields = {}
    for key, value in properties.items():
        if not key.startswith(prefix):
            continue
        name = key[len(prefix) :] if prefix else key
        field = _remembered(name) if len(name) <= _SHORT else _field_of(name)
        if field is not None and field not in found and (named := as_id(value)) is not None:
            found[field] = named
    return found


def _field_of(name: str) -> str | None:
    return _NAMES.get(name.translate(_UNSPELLED).lower())


_remembered = lru_cache(maxsize=4096)(_field_of)
