"""Where the pages about runs live."""

from __future__ import annotations

from django.urls import path

from baohou.day import views

urlpatterns = [
    path("runs/", views.runs_page, name="runs"),
    path("runs/run/", views.run_page, name="runs.run"),
    path("jobs/", views.jobs_page, name="runs.jobs"),
    path("jobs/<int:pk>/", views.job_page, name="runs.job"),
    path("jobs/<int:pk>/progress/", views.job_progress, name="runs.job.progress"),
    path("jobs/<int:pk>/again/", views.job_again, name="runs.job.again"),
]
