"""Proposals that systems made and that still wait: who registered the system, and who made its last token."""

from django.db import migrations


def tell_who_is_behind(apps, schema_editor):
    staff_no = apps.get_model("people", "Staff").objects.values_list("staff_no", "pk")
    system_of = apps.get_model("api", "System").objects.select_related("act")
    tokens = apps.get_model("api", "Token").objects.select_related("act")
    known = dict(staff_no)
    waiting = apps.get_model("approvals", "Proposal").objects.filter(state=1, made_by__startswith="system:")
    for proposal in waiting:
        system = system_of.filter(code=proposal.made_by.removeprefix("system:")).first()
        if system is None:
            continue
        last = tokens.filter(system=system).order_by("-pk").first()
        proposal.owner_id = known.get(system.act.by)
        proposal.holder_id = known.get(last.act.by) if last else None
        proposal.save(update_fields=["owner", "holder"])


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0001_tokens_and_calls"),
        ("approvals", "0003_behind_systems"),
        ("people", "0004_entrance"),
        ("audit", "0002_chain"),
    ]
    operations = [migrations.RunPython(tell_who_is_behind, migrations.RunPython.noop)]
