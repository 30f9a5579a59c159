"""Where the pages about a second pair of eyes live."""

from __future__ import annotations

from django.urls import path

from baohou.kernel.approvals import views

urlpatterns = [
    path("approvals/", views.list_page, name="approvals"),
    path("approvals/settings/", views.settings_page, name="approvals.settings"),
    path("approvals/<int:pk>/", views.one_page, name="approvals.one"),
    path("approvals/<int:pk>/withdraw/", views.withdraw_act, name="approvals.withdraw"),
]
