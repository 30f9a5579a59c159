"""Where the pages about people live; a person's own page is a room's, the directory and posts are the desk's."""

from __future__ import annotations

from django.urls import path

from baohou.kernel.people import views

urlpatterns = [
    path("people/departments/add/", views.department_page, name="people.department"),
    path("people/<int:pk>/login/", views.login_page, name="people.login"),
    path("people/<int:pk>/deputy/", views.deputy_page, name="people.deputy"),
    path("people/<int:pk>/deputy/<int:deputy>/end/", views.end_deputy_page, name="people.deputy.end"),
]
