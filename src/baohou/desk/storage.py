"""Styles and scripts under names that say their content, once they have been collected."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]


class Collected(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """The collected files; before `collectstatic` has run, as in tests, the files under their own names."""

    def stored_name(self, name: str) -> str:
        return str(super().stored_name(name)) if self.hashed_files else name
