"""The draft of the walk: 张甲's about 东方钢铁, with a photo that has arrived, and what is named and sent of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from baohou.guarantee.models import VisitUpload
from baohou.guarantee.rules.words import VisitKind
from baohou.guarantee.services import drafts, submissions
from tests.desk.walking import World, photo

KEY, DEVICE = UUID(int=1), UUID(int=2)
AT = datetime(2026, 10, 20, 2, tzinfo=UTC)


def keep(world: World) -> None:
    of: dict[str, Any] = {"key": KEY, "client": world.portfolio.steel}
    sha256 = submissions.keep_file(sender=world.cast.a, content=photo().read(), name="厂门.png", **of).file.sha256
    written = drafts.Written(VisitKind.REGULAR, {"summary": "订单饱满"}, [(sha256, "厂门.png")])
    drafts.save(by=world.cast.a, written=written, device=DEVICE, changed_at=AT, **of)


def named(_: World) -> dict[str, Any]:
    return {"key": KEY}


def file(_: World) -> dict[str, Any]:
    return {"key": KEY, "sha256": VisitUpload.objects.get(key=KEY).file.sha256}


def sent(_: World) -> dict[str, Any]:
    """What a page sends of a new one."""
    told = {"key": UUID(int=3), "device": DEVICE, "seen": "0", "changed_at": AT.isoformat(), "kind": "regular"}
    return {**told, "content": json.dumps({"fields": {"summary": "正常"}, "files": []})}


def body(_: World) -> dict[str, Any]:
    """What a program sends of a new one."""
    told = {"device": str(DEVICE), "seen": 0, "changed_at": AT.isoformat(), "kind": "regular"}
    return {**told, "fields": {"summary": "正常"}}
