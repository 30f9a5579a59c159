"""What a telephone would bring from a visit of the demonstration: a drawn photo of the site, a drawn signature."""

from __future__ import annotations

import io
from random import Random

from PIL import Image, ImageDraw

_SIZE = (960, 720)
_SKY, _GROUND, _ROAD = (203, 221, 236), (176, 172, 160), (139, 136, 128)
_WALLS = ((228, 224, 214), (205, 213, 220), (222, 208, 190))
_ROOFS = ((92, 116, 142), (150, 84, 70), (110, 120, 124))
_GATE, _LOADS = (74, 88, 104), ((190, 140, 84), (168, 122, 72), (204, 158, 104))
_GLASS = (600, 220)


def draw_site(random: Random) -> bytes:
    """A workshop with its gate and some loads before it, as a JPEG."""
    picture = Image.new("RGB", _SIZE, _SKY)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 440, 960, 720), fill=_GROUND)
    pen.polygon([(0, 640), (960, 590), (960, 720), (0, 720)], fill=_ROAD)
    left = 80
    while left < 760:
        wide, high = random.randrange(200, 330), random.randrange(160, 250)
        pen.rectangle((left, 460 - high, left + wide, 470), fill=random.choice(_WALLS))
        roof = [(left - 14, 460 - high), (left + wide // 2, 400 - high), (left + wide + 14, 460 - high)]
        pen.polygon(roof, fill=random.choice(_ROOFS))
        pen.rectangle((left + wide // 3, 470 - high // 2, left + wide * 2 // 3, 470), fill=_GATE)
        left += wide + random.randrange(20, 60)
    for _ in range(random.randrange(5, 11)):
        x, y = random.randrange(60, 860), random.randrange(480, 600)
        pen.rectangle((x, y, x + 62, y + 44), fill=random.choice(_LOADS), outline=_GATE)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()


def draw_signature(random: Random) -> bytes:
    """Some strokes of a pen on white, as a PNG."""
    picture = Image.new("RGB", _GLASS, "white")
    pen = ImageDraw.Draw(picture)
    for stroke in range(7):
        x = 60 + stroke * 66
        points = [(x, random.randrange(50, 110))]
        for _ in range(4):
            x += random.randrange(2, 22)
            points.append((x, random.randrange(40, 180)))
        pen.line(points, fill=(20, 32, 56), width=5, joint="curve")
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
