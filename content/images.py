"""Uploads become pictures of ours: decoded, freed of all that is no picture, written anew under a random name.

Nothing that was sent is ever kept or served: what a decoder of PNG, JPEG or WebP cannot read is refused, and what it read
is encoded again as WebP, so that neither metadata nor anything hidden behind the picture comes along.
"""

import re
import secrets
import warnings
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageOps

from content.errors import NotAPicture

MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 25_000_000
FORMATS = ("PNG", "JPEG", "WEBP")
WIDTHS = (480, 960, 1440)
NAME = re.compile(r"^[0-9a-f]{32}-[0-9]{1,4}\.webp$")


@dataclass(frozen=True)
class Made:
    """What was made of an upload: the stem of its files, their widths, and the size of the largest."""

    file: str
    widths: tuple[int, ...]
    width: int
    height: int


def folder() -> Path:
    """Where pictures lie; a volume in production."""
    return Path(settings.MEDIA_ROOT) / "guides"


def make(content: bytes) -> Made:
    """Write the files of an uploaded picture; raises NotAPicture with the sentence for the editor."""
    if len(content) > MOST_BYTES:
        raise NotAPicture("Choose a picture of at most 5 MB.")
    picture = _decoded(content)
    stem, largest = secrets.token_hex(16), min(picture.width, WIDTHS[-1])
    widths = (*(width for width in WIDTHS if width < largest), largest)
    folder().mkdir(parents=True, exist_ok=True)
    size = (0, 0)
    for width in widths:
        height = max(1, round(picture.height * width / picture.width))
        scaled = picture.resize((width, height), Image.Resampling.LANCZOS)
        scaled.info.clear()  # where Pillow would find Exif, profiles and comments to write
        scaled.save(folder() / f"{stem}-{width}.webp", "WEBP", quality=82, method=4)
        size = scaled.size
    return Made(stem, widths, *size)


def _decoded(content: bytes) -> Image.Image:
    """The pixels, turned as the camera was held, without anything else."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            # Only these decoders are asked at all: never SVG, GIF, PDF, EPS or whatever else Pillow can read.
            with Image.open(BytesIO(content), formats=FORMATS) as opened:
                # Known from the header: a bomb of 50,000 by 50,000 pixels is refused before it is unpacked.
                if opened.width * opened.height > MOST_PIXELS:
                    raise NotAPicture("Choose a picture of at most 25 megapixels.")
                opened.draft("RGB", (2 * WIDTHS[-1], 2 * WIDTHS[-1]))  # a JPEG need not be unpacked larger than that
                upright = ImageOps.exif_transpose(opened)
                has_alpha = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
                return upright.convert("RGBA" if has_alpha else "RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NotAPicture("Choose a picture of at most 25 megapixels.") from None
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, TypeError, OverflowError, MemoryError):
        raise NotAPicture("Choose a picture as PNG, JPEG or WebP.") from None


def path_of(name: str) -> Path | None:
    """The file of a served name, or None for what is no name of ours."""
    path = folder() / name
    return path if NAME.match(name) and path.is_file() else None
