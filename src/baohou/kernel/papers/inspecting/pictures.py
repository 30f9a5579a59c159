"""Pictures: JPEG, PNG or WebP that can be read, of a size that a camera makes."""

from __future__ import annotations

import warnings
from typing import BinaryIO, Final

from PIL import Image, UnidentifiedImageError

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.kernel.papers.inspecting.kinds import Kind

MOST_PIXELS: Final = 50_000_000
MOST_SIDE: Final = 20_000
_KINDS: Final = {"JPEG": Kind.JPEG, "PNG": Kind.PNG, "WEBP": Kind.WEBP}


def look_into(file: BinaryIO, *, name: str) -> Kind | None:
    """The kind of picture; None when it is none. Refused when it has more pixels than any camera makes."""
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(file, formats=list(_KINDS)) as picture:
                found, (width, height) = picture.format, picture.size
                if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
                    raise _too_many(name, width, height)
                picture.verify()
                return _KINDS[found or ""]
    except Image.DecompressionBombError as bomb:
        raise _too_many(name, say("很多"), say("很多")) from bomb
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, KeyError):
        return None


def _too_many(name: str, width: object, height: object) -> Refused:
    return Refused(
        "papers.file.pixels",
        "图片“%(name)s”有 %(width)s×%(height)s 个像素，太大；请缩小到 5000 万像素、每边 20000 以内再传。",
        where=name,
        name=name,
        width=width,
        height=height,
    )
