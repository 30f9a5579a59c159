"""Hours of the day in which people are left in peace; pure, in the time zone of the moment given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo


@dataclass(frozen=True)
class Hours:
    """When the digest comes, and from when (included) to when (not included) nothing is sent.

    Quiet hours may pass midnight; the same time twice means that there are none.
    """

    digest_at: time
    quiet_from: time
    quiet_to: time

    def is_quiet(self, at: time) -> bool:
        """Whether a time of day lies in the quiet hours."""
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= at < self.quiet_to
        return at >= self.quiet_from or at < self.quiet_to

    def loud_from(self, moment: datetime) -> datetime:
        """The moment itself, or the end of the quiet hours it falls in."""
        if not self.is_quiet(moment.time()):
            return moment
        end = moment.replace(
            hour=self.quiet_to.hour, minute=self.quiet_to.minute, second=self.quiet_to.second, microsecond=0
        )
        return end if end > moment else end + timedelta(days=1)

    def digest_of(self, on: date, zone: tzinfo) -> datetime:
        """The moment of a day's digest; quiet hours do not hold it back, for everyone chooses its time."""
        return datetime.combine(on, self.digest_at, zone)
