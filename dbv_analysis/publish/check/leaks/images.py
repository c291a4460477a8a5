"""What a picture says besides what it shows: its text chunks, EXIF and place."""

from __future__ import annotations

import base64
import binascii
import io
import warnings
from functools import lru_cache

from PIL import ExifTags, Image

from dbv_analysis.publish.check.leaks.content import PICTURE_FACT, UNREADABLE, Content

# Of these a picture says nothing but how it is drawn.
DRAWN = {
    "dpi",
    "gamma",
    "transparency",
    "jfif",
    "jfif_version",
    "jfif_unit",
    "jfif_density",
    "progressive",
    "progression",
    "aspect",
    "interlace",
    "srgb",
    "chromaticity",
    "adobe",
    "adobe_transform",
}
DRAWN_TAGS = {ExifTags.Base.Orientation, ExifTags.Base.XResolution, ExifTags.Base.YResolution, 296}
LARGEST = 50_000_000  # pixels


def extract_base64(text: str, place: str, pieces: Content) -> None:
    try:
        data = base64.b64decode(text)
    except (binascii.Error, ValueError):
        pieces.fact(UNREADABLE, place)
        return
    extract(data, place, pieces)


def extract(data: bytes, place: str, pieces: Content) -> None:
    """Add all that a picture says, and that it says anything at all."""
    said = _said(data)
    if said is None:
        pieces.fact(UNREADABLE, place)
        return
    for name, words in said:
        pieces.fact(PICTURE_FACT, place)
        pieces.add(place, f"{name}: {words}")


@lru_cache(256)
def _said(data: bytes) -> tuple[tuple[str, str], ...] | None:
    """Names and values of a picture's metadata; None where it is no picture. The same chart stands in several files."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(io.BytesIO(data))
            if picture.width * picture.height > LARGEST:
                return None
            picture.load()  # what stands after a PNG's pixels is only read with them
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    said = [(str(name), _words(value)) for name, value in picture.info.items() if str(name).lower() not in DRAWN]
    exif = picture.getexif()
    said += [(ExifTags.TAGS.get(tag, str(tag)), _words(value)) for tag, value in exif.items() if tag not in DRAWN_TAGS]
    for part in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo):
        said += [(part.name, _words(value)) for value in exif.get_ifd(part).values()]
    return tuple(said)


def _words(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
