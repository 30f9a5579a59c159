"""The API: every room's operations under one address, with one description (OpenAPI 3.1) and one way to fail."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from baohou.day.api import room as day
from baohou.guarantee.api import ROOMS as GUARANTEE
from baohou.guarantee.forms.fields import FIELD_OF as OF_CLIENTS
from baohou.guarantee.forms.hand_overs import FIELD_OF as OF_HAND_OVERS
from baohou.kernel.accountability.api import room as accountability
from baohou.kernel.api.approvals import room as approvals
from baohou.kernel.api.book import room as book
from baohou.kernel.api.credentials import room as credentials
from baohou.kernel.api.errors import answer_errors
from baohou.kernel.api.people import room as people
from baohou.kernel.api.seals import room as seals
from baohou.kernel.entrance.api import room as entrance
from baohou.kernel.hooks.api import room as hooks
from baohou.kernel.hooks.described import describe
from baohou.kernel.notices.api import room as notices
from baohou.kernel.outbox.api import room as outbox
from baohou.kernel.people.doors import Door
from baohou.kernel.people.forms import FIELD_OF as OF_PEOPLE
from baohou.upkeep.api import room as upkeep

ABOUT = "保后的接口。每个请求带令牌，每个写操作带 Idempotency-Key；清单按游标翻页；出错时回答 {code, message, where}。"

_EVENTS = describe()


class _Api(NinjaAPI):
    """The API with its events and how a caller shows its token in the description."""

    def get_openapi_schema(self, **place: Any) -> OpenAPISchema:
        told = super().get_openapi_schema(**place)
        told["components"]["schemas"].update(_EVENTS["components"]["schemas"])
        told["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        return told


api = _Api(
    title="保后 Baohou",
    version=version("baohou"),
    description=ABOUT,
    docs_url=None,
    openapi_url="openapi.json",
    urls_namespace="api",
    openapi_extra={"webhooks": _EVENTS["webhooks"], "security": [{"token": []}]},
)
answer_errors(api, {**OF_HAND_OVERS, **OF_PEOPLE, **OF_CLIENTS, "回访日期": "visited_on", "文件": "file"})
_ROOMS = (
    *GUARANTEE,
    accountability,
    approvals,
    people,
    entrance,
    credentials,
    book,
    seals,
    day,
    notices,
    outbox,
    hooks,
    upkeep,
)
_OPEN = Door(open_because="接口说明，不含任何数据")
for room in _ROOMS:
    api.add_router("", room.router)


def list_addresses() -> list[URLPattern | URLResolver]:
    """The addresses of the API, each with its door, as pages have it; it is the operation that asks for it."""
    doors = {"openapi-json": _OPEN, "api-root": _OPEN}
    for room in _ROOMS:
        doors |= room.doors
    patterns: list[URLPattern | URLResolver] = api.urls[0]
    for pattern in patterns:
        assert isinstance(pattern, URLPattern)
        pattern.callback.door = doors[pattern.name or ""]  # type: ignore[attr-defined]
    return patterns
