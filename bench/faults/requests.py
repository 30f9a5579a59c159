"""The requests by which people do things: through the API under a key, or as a browser sends a form."""

from __future__ import annotations

import io
import json
from random import Random
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from PIL import Image

from baohou.guarantee.rules.words import VisitKind
from bench import answers
from bench.faults.book import Deed, Step

FORM: Final = "application/x-www-form-urlencoded"
_EDGE: Final = "edge-of-a-part-7d1f"


def new_key(chance: Random) -> str:
    """A UUID out of the person's own luck, so that a seed gives the same keys."""
    return str(UUID(int=chance.getrandbits(128), version=4))


def call(chance: Random, method: str, path: str, body: dict[str, Any]) -> Step:
    """A write of the API."""
    return Step(method, f"/api/v1{path}", json.dumps(body).encode(), "application/json", new_key(chance))


def form(address: str, fields: dict[str, Any]) -> Step:
    """A form of a page."""
    return Step("POST", address, urlencode(fields).encode(), FORM)


def parts(chance: Random, path: str, fields: dict[str, str], file: tuple[str, bytes] | None) -> Step:
    """A write of the API with a file."""
    out = io.BytesIO()
    for name, value in fields.items():
        out.write(f'--{_EDGE}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    if file is not None:
        head = f'--{_EDGE}\r\nContent-Disposition: form-data; name="file"; filename="{file[0]}"\r\n'
        out.write(f"{head}Content-Type: application/octet-stream\r\n\r\n".encode() + file[1] + b"\r\n")
    out.write(f"--{_EDGE}--\r\n".encode())
    return Step("POST", f"/api/v1{path}", out.getvalue(), f"multipart/form-data; boundary={_EDGE}", new_key(chance))


def picture(chance: Random) -> bytes:
    """A small picture like no other."""
    image = Image.frombytes("RGB", (24, 18), chance.randbytes(24 * 18 * 3))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def visit_with_photos(chance: Random, mark: str, who: int, client: int, on: str) -> Deed:
    """A visit as a phone sends it: photo, signature, then the report that names both."""
    from hashlib import sha256

    key, photo, drawn = new_key(chance), picture(chance), picture(chance)
    files = f"/clients/{client}/visit-files"
    body = {
        "key": key,
        "kind": "special",
        "visited_on": on,
        "methods": {"site": "库存与账面相符"},
        "matters": answers.matters(VisitKind.SPECIAL),
        "summary": mark,
        "signer": "王总",
        "signature": sha256(drawn).hexdigest(),
        "files": [{"sha256": sha256(photo).hexdigest(), "name": "现场.png"}],
    }
    steps = [
        parts(chance, files, {"key": key, "is_signature": "false"}, ("现场.png", photo)),
        parts(chance, files, {"key": key, "is_signature": "true"}, ("签名.png", drawn)),
        call(chance, "POST", f"/clients/{client}/visits", body),
    ]
    return Deed(
        mark,
        "visit",
        who,
        steps,
        {"files": 1, "signatures": 1, "digests": [body["signature"], sha256(photo).hexdigest()]},
    )


def visit_by_form(chance: Random, mark: str, who: int, client: int, on: str) -> Deed:
    """A visit typed at the desk."""
    fields = {**answers.typed(VisitKind.REGULAR), "on": on, "by": who, "summary": mark, "key": new_key(chance)}
    return Deed(mark, "visit page", who, [form(f"/clients/{client}/visit/", fields)], {"files": 0, "signatures": 0})
