"""Where the pages about notices live."""

from __future__ import annotations

from django.urls import path

from baohou.kernel.notices import views

urlpatterns = [
    path("notices/", views.notices_page, name="notices"),
    path("notices/read/", views.read_all, name="notices.read"),
    path("notices/<int:pk>/", views.open_notice, name="notices.open"),
    path("notices/company/", views.company_page, name="notices.company"),
    path("me/notices/", views.mine_page, name="notices.mine"),
    path("me/notices/<slug:channel>/", views.address_page, name="notices.address"),
    path("me/notices/<slug:channel>/try/", views.try_page, name="notices.try"),
    path("me/notices/<slug:channel>/remove/", views.remove_page, name="notices.remove"),
]
