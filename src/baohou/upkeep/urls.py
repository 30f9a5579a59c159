"""Where the pages of the administrator and the doors for machines are."""

from __future__ import annotations

from django.urls import path

from baohou.upkeep import views

urlpatterns = [
    path("system/", views.system_page, name="system"),
    path("system/read-only/", views.read_only_switch, name="system.read-only"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics_page, name="metrics"),
]
