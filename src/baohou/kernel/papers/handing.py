"""Headers of files that are handed out: saved under their name, or shown, but never run as a page of ours."""

from __future__ import annotations

from urllib.parse import quote

SANDBOX = "default-src 'none'; sandbox"


def file_headers(name: str, *, shown: bool = False) -> dict[str, str]:
    """Content-Disposition with the name, nosniff, and a policy that lets nothing in the file run or load."""
    return {
        "Content-Disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(name)}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": SANDBOX,
        "Cache-Control": "private, no-store",
    }
