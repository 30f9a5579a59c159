"""Where the outbox lives."""

from __future__ import annotations

from django.urls import path

from baohou.kernel.outbox import views

urlpatterns = [
    path("outbox/", views.outbox_page, name="outbox"),
    path("outbox/<int:pk>/again/", views.again_page, name="outbox.again"),
    path("outbox/<int:pk>/stop/", views.stop_page, name="outbox.stop"),
]
