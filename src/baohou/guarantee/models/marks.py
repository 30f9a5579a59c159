"""What the day still has to look at."""

from __future__ import annotations

from django.db import models


class Touched(models.Model):
    """A client whose facts were recorded, changed or removed since the day last derived its duties.

    Written by every verb in the transaction of its facts; the day's step takes the rows away.
    ``since`` is the earliest date of a fact, old or new, that the verb touched.
    """

    client = models.ForeignKey("parties.Party", on_delete=models.CASCADE, db_index=False, db_constraint=False)
    since = models.DateField()

    def __str__(self) -> str:
        return str(self.client_id)


class Recheck(models.Model):
    """A duty that changed after its due day, so that what it costs has to be looked at again; taken away by the day."""

    duty_key = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.duty_key)
