"""Where the pages about penalties live."""

from __future__ import annotations

from django.urls import path

from baohou.kernel.accountability import views

urlpatterns = [
    path("penalties/", views.ledger_page, name="penalties"),
    path("penalties/<int:key>/<int:staff>/", views.story_page, name="penalties.story"),
    path("penalties/<int:key>/<int:staff>/waive/", views.waive_page, name="penalties.waive"),
]
