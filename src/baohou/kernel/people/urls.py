"""Where the pages about people live; a person's own page belongs to the room above, changes of posts to the desk."""

from __future__ import annotations

from django.urls import path

from baohou.kernel.people import views

urlpatterns = [
    path("people/", views.directory_page, name="people"),
    path("people/departments/add/", views.department_page, name="people.department"),
    path("people/<int:pk>/login/", views.login_page, name="people.login"),
    path("people/<int:pk>/deputy/", views.deputy_page, name="people.deputy"),
    path("people/<int:pk>/deputy/<int:deputy>/end/", views.end_deputy_page, name="people.deputy.end"),
]
