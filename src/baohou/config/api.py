"""The API: every room's operations under one address, with one description (OpenAPI 3.1) and one way to fail."""

from __future__ import annotations

from importlib.metadata import version

from ninja import NinjaAPI

from baohou.day.api import room as day
from baohou.guarantee.api import ROOMS as GUARANTEE
from baohou.guarantee.forms.fields import FIELD_OF as OF_CLIENTS
from baohou.guarantee.forms.hand_overs import FIELD_OF as OF_HAND_OVERS
from baohou.kernel.accountability.api import room as accountability
from baohou.kernel.api.book import room as book
from baohou.kernel.api.errors import answer_errors
from baohou.kernel.api.people import room as people
from baohou.kernel.people.forms import FIELD_OF as OF_PEOPLE

ABOUT = "保后的接口。每个请求带令牌，每个写操作带 Idempotency-Key；清单按游标翻页；出错时回答 {code, message, where}。"

api = NinjaAPI(
    title="保后 Baohou",
    version=version("baohou"),
    description=ABOUT,
    docs_url=None,
    openapi_url="openapi.json",
    urls_namespace="api",
    openapi_extra={
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
    },
)
answer_errors(api, {**OF_HAND_OVERS, **OF_PEOPLE, **OF_CLIENTS, "回访日期": "visited_on", "文件": "file"})
for room in (*GUARANTEE, accountability, people, book, day):
    api.add_router("", room.router)
