"""Indexes for pages: the guarantees of a manager, and on PostgreSQL project numbers by their beginning."""

from django.db import migrations, models


def _forward(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute(
            "CREATE INDEX guarantee_by_number ON guarantee_guarantee (upper(project_no::text) text_pattern_ops)"
        )


def _backward(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP INDEX guarantee_by_number")


class Migration(migrations.Migration):
    dependencies = [('guarantee', '0008_submissions')]
    operations = [
        migrations.AddIndex("guarantee", models.Index(fields=["manager_a"], name="guarantee_manager_a")),
        migrations.AddIndex("guarantee", models.Index(fields=["manager_b"], name="guarantee_manager_b")),
        migrations.AddIndex("managerappointment", models.Index(fields=["manager_a"], name="appointment_manager_a")),
        migrations.AddIndex("managerappointment", models.Index(fields=["manager_b"], name="appointment_manager_b")),
        migrations.RunPython(_forward, _backward),
    ]
