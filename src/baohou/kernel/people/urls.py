"""Where the pages about people live; a person's own page and the hand-over of work belong to the room above."""

from __future__ import annotations

from django.urls import path

from baohou.kernel.people import views

urlpatterns = [
    path("people/", views.directory_page, name="people"),
    path("people/add/", views.add_page, name="people.add"),
    path("people/departments/add/", views.department_page, name="people.department"),
    path("people/<int:pk>/post/", views.post_page, name="people.post"),
    path("people/<int:pk>/post/<int:posting>/back/", views.take_back_page, name="people.post.back"),
    path("people/<int:pk>/leave/", views.leave_page, name="people.leave"),
    path("people/<int:pk>/login/", views.login_page, name="people.login"),
    path("people/<int:pk>/deputy/", views.deputy_page, name="people.deputy"),
    path("people/<int:pk>/deputy/<int:deputy>/end/", views.end_deputy_page, name="people.deputy.end"),
]
