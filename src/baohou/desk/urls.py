"""Where the desk's pages live."""

from __future__ import annotations

from django.urls import path

from baohou.desk.views import audit, home, offline, posts, rule_book, seals
from baohou.kernel.notices.language import set_language

urlpatterns = [
    path("", home.home, name="home"),
    path("language/", set_language, name="set_language"),
    path("calendar/", home.calendar_page, name="home.calendar"),
    path("money/", home.set_money, name="set-money"),
    path("start/", home.start, name="start"),
    path("check/", seals.check_form, name="check"),
    path("check/<str:code>/", seals.check_page, name="check.one"),
    path("sw.js", offline.service_worker, name="service-worker"),
    path("audit/", audit.audit_page, name="audit"),
    path("audit/export/", audit.audit_export, name="audit.export"),
    path("audit/<int:pk>/", audit.act_page, name="audit.act"),
    path("rules/", rule_book.rule_book_page, name="rule-book"),
    path("rules/kept/", rule_book.kept_part, name="rule-book.kept"),
    path("rules/add/", rule_book.add_page, name="rule-book.add"),
    path("rules/<int:number>/", rule_book.rule_book_page, name="rule-book.version"),
    path("people/", posts.directory_page, name="people"),
    path("people/add/", posts.add_page, name="people.add"),
    path("people/<int:pk>/post/", posts.post_page, name="people.post"),
    path("people/<int:pk>/post/<int:posting>/back/", posts.take_back_page, name="people.post.back"),
    path("people/<int:pk>/leave/", posts.leave_page, name="people.leave"),
]
