"""Where the pages about runs live."""

from __future__ import annotations

from django.urls import path

from baohou.day import views

urlpatterns = [
    path("runs/", views.runs_page, name="runs"),
    path("runs/run/", views.run_page, name="runs.run"),
]
