"""Where the pages about tokens live."""

from __future__ import annotations

from django.urls import path

from baohou.kernel.api import views

urlpatterns = [
    path("tokens/", views.own_page, name="tokens"),
    path("tokens/<int:pk>/revoke/", views.revoke_act, name="tokens.revoke"),
    path("systems/", views.systems_page, name="systems"),
    path("systems/<int:pk>/", views.system_page, name="systems.one"),
]
