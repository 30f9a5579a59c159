"""The service worker: what a device keeps of this site, so that visits can be filled in without a network."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from baohou.kernel.people.doors import open_to_all

_SCRIPT = "built/sw.js"
_SHELL = ("built/app.css", "built/app.js", "built/icons.svg", "django_htmx/htmx-2.min.js", "favicon.svg")
"""What every page needs to look and work as it does."""


@open_to_all("静态脚本，不含任何数据")
@never_cache
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script, from the root so that it may answer for every page; under a new build it is another script."""
    sources = {name: _content(name) for name in (_SCRIPT, *_SHELL)}
    build = hashlib.sha256(b"".join(sources.values())).hexdigest()[:16]
    known = {
        "build": build,
        "shell": [static(name) for name in _SHELL],
        "fallback": reverse("onsite"),
    }
    script = f"self.BAOHOU = {json.dumps(known)};\n{sources[_SCRIPT].decode()}"
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


def _content(name: str) -> bytes:
    found = finders.find(name)
    if found is None:
        raise Http404(name)
    return Path(found).read_bytes()
