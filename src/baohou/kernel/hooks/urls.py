"""Where hooks live."""

from __future__ import annotations

from django.urls import path

from baohou.kernel.hooks import views

urlpatterns = [
    path("hooks/", views.hooks_page, name="hooks"),
    path("hooks/add/", views.add_page, name="hooks.add"),
    path("hooks/<int:pk>/", views.hook_page, name="hooks.one"),
    path("hooks/<int:pk>/change/", views.change_page, name="hooks.change"),
    path("hooks/<int:pk>/pause/", views.pause_act, name="hooks.pause"),
    path("hooks/<int:pk>/resume/", views.resume_act, name="hooks.resume"),
    path("hooks/<int:pk>/secret/", views.secret_page, name="hooks.secret"),
    path("hooks/<int:pk>/ping/", views.ping_act, name="hooks.ping"),
    path("hooks/<int:pk>/remove/", views.remove_act, name="hooks.remove"),
    path("hooks/<int:pk>/deliveries/<int:delivery>/", views.delivery_page, name="hooks.delivery"),
    path("hooks/<int:pk>/deliveries/<int:delivery>/again/", views.again_act, name="hooks.again"),
]
