"""Indexes of PostgreSQL for finding parties by initials and by any part of the name; SQLite needs none."""

from django.db import migrations

FORWARD = [
    # Chinese words have two characters more often than three, so that trigrams would miss most searches.
    """
    CREATE FUNCTION baohou_grams(said text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
      SELECT array_agg(DISTINCT substr(lower(said), at, width))
      FROM generate_series(1, length(said)) AS at, generate_series(1, 2) AS width
      WHERE at + width <= length(said) + 1
    $$
    """,
    "CREATE INDEX party_name_grams ON parties_party USING gin (baohou_grams(name::text))",
    'CREATE INDEX party_by_initials ON parties_party (initials COLLATE "C", id)',
]
BACKWARD = [
    "DROP INDEX party_by_initials",
    "DROP INDEX party_name_grams",
    "DROP FUNCTION baohou_grams(text)",
]


def _run(statements):
    def run(apps, editor):
        if editor.connection.vendor == "postgresql":
            for statement in statements:
                editor.execute(statement)

    return run


class Migration(migrations.Migration):
    dependencies = [('parties', '0002_industry')]
    operations = [migrations.RunPython(_run(FORWARD), _run(BACKWARD))]
