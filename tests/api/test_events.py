"""Events in the description and in docs/api.md: each is there as it is sent, and the example of checking one works."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

from django.test import Client

from baohou.kernel.hooks.events import Event, EventPart, every, scope_of_fields
from baohou.kernel.hooks.signing import headers_of, make_secret

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
MARKS = {None: "", "clients": "（clients）", "staff": "（staff）", "reasons": "（reasons）"}


def shape_of(event: type[Any]) -> str:
    """The fields of an event in one line; a field that needs a scope names it."""
    parts = {part.__name__: part for part in EventPart.__subclasses__()}
    said = []
    for field in fields(event):
        mark = MARKS[scope_of_fields(event)[field.name]]
        inside = next((parts[name] for name in parts if name in str(field.type)), None)
        many = "[]" if "list" in str(field.type) else ""
        within = f" {{{shape_of(inside)}}}" if inside else ""
        said.append(f"`{field.name}{many}`{mark}{within}")
    return "，".join(said)


def line_of(event: type[Event]) -> str:
    """An event as docs/api.md has it."""
    from django.utils.translation import override

    with override("zh-hans"):
        return f"| `{event.type}` | {event.title} | {shape_of(event)} |"


def test_the_page_has_every_event_with_its_shape() -> None:
    stand = [line for line in PAGE.splitlines() if re.match(r"\| `[a-z_]+(\.[a-z_]+)?` \|", line)]
    assert stand == [line_of(event) for event in every()]


def test_the_description_has_every_event() -> None:
    """In ``webhooks`` of OpenAPI 3.1, with shapes that are there."""
    told = json.loads(Client().get("/api/v1/openapi.json").content)
    assert sorted(told["webhooks"]) == [event.type for event in every()]
    schemas = told["components"]["schemas"]
    for event in every():
        envelope = told["webhooks"][event.type]["post"]["requestBody"]["content"]["application/json"]["schema"]
        name = envelope["properties"]["data"]["$ref"].rpartition("/")[2]
        assert set(schemas[name].get("properties", {})) == {field.name for field in fields(event)}
    assert schemas["EventLateDuty"]["properties"]["owner"]["x-scope"] == "staff"


def test_the_example_of_checking_a_signature_works() -> None:
    """What the page shows takes what we sign, and nothing that is changed, old, or signed by another."""
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    room: dict[str, Any] = {}
    exec(example, room)
    check, now = room["is_from_baohou"], 1_800_000_000
    secret, body = make_secret(), b'{"type":"ping"}'
    headers = headers_of([make_secret(), secret], number="evt_1", timestamp=now, body=body)
    assert check(secret, headers, body, now=now)
    assert not check(secret, headers, body + b" ", now=now)
    assert not check(make_secret(), headers, body, now=now)
    assert not check(secret, {**headers, "webhook-id": "evt_2"}, body, now=now)
    assert not check(secret, headers, body, now=now + 301)
    assert not check(secret, {**headers, "webhook-timestamp": str(now + 1)}, body, now=now)
