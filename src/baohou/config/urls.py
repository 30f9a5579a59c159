"""Where each page lives."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from baohou.config.api import list_addresses

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("baohou.desk.urls")),
    path("", include("baohou.guarantee.urls")),
    path("", include("baohou.day.urls")),
    path("", include("baohou.kernel.accountability.urls")),
    path("", include("baohou.kernel.entrance.urls")),
    path("", include("baohou.kernel.people.urls")),
    path("", include("baohou.kernel.approvals.urls")),
    path("", include("baohou.upkeep.urls")),
    path("", include("baohou.kernel.notices.urls")),
    path("", include("baohou.kernel.outbox.urls")),
    path("", include("baohou.kernel.hooks.urls")),
    path("", include("baohou.kernel.api.urls")),
    path("api/v1/", include((list_addresses(), "ninja"), namespace="api")),
]
handler400 = "baohou.upkeep.answers.bad_request"
handler500 = "baohou.upkeep.answers.server_error"
