"""Whose telemetry it is."""

from typing import Any

from llmsec_tui.formats.parts import Fields
from llmsec_tui.formats.values import as_id

_FIELDS = {
    "service_name": ("service.name",),
    "environment": ("deployment.environment.name", "deployment.environment"),
    "user_id": ("enduser.id", "user.id", "user.email"),
    "tenant_id": ("tenant.id", "organization.id"),
    "conversation_id": ("session.id",),
}


def resource_fields(attributes: dict[str, Any]) -> Fields:
    """Event fields of the attributes of a resource."""
    fields: Fields = {}
    for field, names in _FIELDS.items():
        for name in names:
            if name in attributes and (value := as_id(attributes[name])) is not None:
                fields.setdefault(field, value)
    return fields
