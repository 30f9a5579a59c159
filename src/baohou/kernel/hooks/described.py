"""Events as the description of the API (OpenAPI 3.1, ``webhooks``) tells them: what is posted, with which headers."""

from __future__ import annotations

import re
from typing import Any, Final

from pydantic import TypeAdapter

from baohou.kernel.hooks.events import Event, EventPart, Told, every, scope_of_fields

_HEADERS: Final = (
    ("webhook-id", "事件的编号，重试和重发时不变；按它去重。", {"type": "string"}),
    ("webhook-timestamp", "这一次发送的时刻，1970 年起的秒数；与现在相差 5 分钟以上的不要收。", {"type": "string"}),
    (
        "webhook-signature",
        "v1, 后面是 HMAC-SHA256(密钥, id.timestamp.body) 的 base64；换密钥期间有两个，空格隔开，一个对就行。",
        {"type": "string"},
    ),
)
_PLACE: Final = "#/components/schemas/"


def describe() -> dict[str, Any]:
    """The sections ``webhooks`` and ``components`` of all events."""
    schemas: dict[str, Any] = {}
    hooks = {kind.type: _hook(kind, schemas) for kind in every()}
    return {"webhooks": hooks, "components": {"schemas": schemas}}


def _hook(kind: type[Event], schemas: dict[str, Any]) -> dict[str, Any]:
    """One event: posted in an envelope, taken by any 2xx."""
    said = (kind.__doc__ or "").strip()
    data = _schema(kind, schemas)
    envelope = {
        "type": "object",
        "required": ["id", "type", "timestamp", "data"],
        "properties": {
            "id": {"type": "string", "pattern": "^evt_[0-9a-f]{32}$"},
            "type": {"const": kind.type},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": {"$ref": _PLACE + data},
        },
    }
    headers = [
        {"name": name, "in": "header", "required": True, "description": what, "schema": schema}
        for name, what, schema in _HEADERS
    ]
    return {
        "post": {
            "operationId": "event_" + re.sub(r"\W", "_", kind.type),
            "summary": str(kind.title),
            "description": said,
            "tags": ["事件"],
            "security": [],
            "parameters": headers,
            "requestBody": {"required": True, "content": {"application/json": {"schema": envelope}}},
            "responses": {"2XX": {"description": "收下了；其他回答和没有回答都会重试"}},
        }
    }


def _schema(kind: type[Event], schemas: dict[str, Any]) -> str:
    """Add the shape of an event and of its parts; the name of the event's."""
    shape = TypeAdapter(kind).json_schema(ref_template=_PLACE + "Event{model}")
    parts = {part.__name__: part for part in EventPart.__subclasses__()}
    for name, within in shape.pop("$defs", {}).items():
        schemas[f"Event{name}"] = _marked(parts[name], within)
    schemas[f"Event{kind.__name__}"] = _marked(kind, shape)
    return f"Event{kind.__name__}"


def _marked(shape: type[Told], described: dict[str, Any]) -> dict[str, Any]:
    """A shape whose fields say which scope a hook needs to be told them."""
    for name, scope in scope_of_fields(shape).items():
        if scope is not None:
            described["properties"][name]["x-scope"] = scope
    return described
