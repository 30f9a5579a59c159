"""Where the room's pages live."""

from __future__ import annotations

from django.urls import path

from baohou.guarantee.views import clients, decisions, duties, imports, people, reports, visits
from baohou.guarantee.views import clients, decisions, duties, imports, overview, reports, risk, visits
from baohou.guarantee.views import clients, decisions, duties, imports, plans, reports, visits
from baohou.guarantee.views import clients, decisions, duties, grading, imports, measures, reports, table_review, visits

urlpatterns = [
    path("clients/", clients.list_page, name="clients"),
    path("clients/<int:pk>/", clients.client_page, name="clients.one"),
    path("clients/<int:pk>/visit/", visits.record_page, name="clients.visit"),
    path("clients/<int:pk>/grade/", decisions.grade_page, name="clients.grade"),
    path("clients/<int:pk>/special/", decisions.order_page, name="clients.order"),
    path("clients/<int:pk>/measure/<str:quarter>/", reports.measure_page, name="clients.measure"),
    path("duties/", duties.list_page, name="duties"),
    path("duties/export.xlsx", duties.list_file, name="duties.file"),
    path("clients/<int:pk>/measure/<str:quarter>/", measures.measure_page, name="clients.measure"),
    path("measures/actions/<int:pk>/done/", measures.action_done, name="measures.done"),
    path("duties/<int:key>/why/", duties.why, name="duties.why"),
    path("grading/", grading.here, name="grading"),
    path("grading/<str:quarter>/", grading.quarter_page, name="grading.quarter"),
    path("grading/<str:quarter>/<int:department>/", grading.table_page, name="grading.table"),
    path("grading/<str:quarter>/<int:department>/rows/<int:client>/", grading.row, name="grading.row"),
    path("grading/<str:quarter>/<int:department>/several/", grading.several, name="grading.several"),
    path("grading/<str:quarter>/<int:department>/rest/", grading.rest, name="grading.rest"),
    path("grading/<str:quarter>/<int:department>/sign/", table_review.sign_page, name="grading.sign"),
    path("grading/<str:quarter>/<int:department>/review/", table_review.review_page, name="grading.review"),
    path("reports/", reports.quarter_page, name="reports"),
    path("reports/<str:quarter>/", reports.quarter_page, name="reports.quarter"),
    path("reports/<str:quarter>/<int:department>/", reports.department_page, name="reports.department"),
    path("reports/<str:quarter>/<int:department>/<str:kind>/file/", reports.file_page, name="reports.file"),
    path("reports/<str:quarter>/<int:department>/<str:form>.<str:ending>", reports.form_file, name="reports.form"),
    path("people/<int:pk>/", people.person_page, name="people.one"),
    path("people/<int:pk>/move/", people.move_page, name="people.move"),
    path("moves/<int:pk>/", people.move_list_page, name="moves.one"),
    path("moves/<int:pk>/sign/<int:signer>/", people.sign_page, name="moves.sign"),
    path("moves/<int:pk>/list.pdf", people.paper_file, name="moves.paper"),
    path("risk/", risk.risk_page, name="risk"),
    path("risk/<str:quarter>/", risk.risk_page, name="risk.quarter"),
    path("risk/<str:quarter>/<str:code>.xlsx", risk.table_file, name="risk.file"),
    path("risk/<str:quarter>/<str:code>/", risk.table_page, name="risk.table"),
    path("overview/", overview.overview_page, name="overview"),
    path("overview/<str:code>.xlsx", overview.table_file, name="overview.file"),
    path("overview/<str:code>/", overview.table_page, name="overview.table"),
    path("plan/", plans.home_page, name="plan"),
    path("plan/<str:quarter>/<int:department>/", plans.plan_page, name="plan.department"),
    path("plan/<str:quarter>/<int:department>/several/", plans.several, name="plan.several"),
    path("plan/<str:quarter>/<int:department>/hand-in/", plans.hand_in, name="plan.hand-in"),
    path("plan/<str:quarter>/<int:department>/review/", plans.review, name="plan.review"),
    path("plan/<str:quarter>/<int:department>/<int:key>/", plans.day_cell, name="plan.day"),
    path("imports/", imports.upload_page, name="imports"),
    path("imports/<str:token>/", imports.check_page, name="imports.check"),
    path("imports/<str:token>/marked.xlsx", imports.marked_file, name="imports.marked"),
]
