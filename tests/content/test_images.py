"""Uploads: only pictures, and nothing of them but the picture."""

import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from content import gate, images, printing, publishing, snapshot
from content.errors import NotAPicture
from content.models import Guide, GuideImage, Section
from tests.content.page import read

GPS = b"Exif\x00\x00"


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def encoded(form: str, size: tuple[int, int] = (1500, 90), mode: str = "RGB", **more: Any) -> bytes:
    out = BytesIO()
    Image.new(mode, size, 99 if mode in "LP" else None).save(out, form, **more)
    return out.getvalue()


def bomb() -> bytes:
    """A PNG of 50,000 by 50,000 pixels in its header, a few bytes long."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("form", "mode"), [("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("JPEG", "L"), ("JPEG", "RGB"), ("WEBP", "RGBA")]
)
def test_a_picture_is_written_anew_in_several_widths(form: str, mode: str) -> None:
    made = images.make(encoded(form, mode=mode))
    assert (made.widths, made.width, made.height) == ((480, 960, 1440), 1440, 86)
    for width in made.widths:
        with Image.open(images.folder() / f"{made.file}-{width}.webp") as file:
            assert (file.format, file.width) == ("WEBP", width)
    assert len(list(images.folder().iterdir())) == 3


def test_a_small_picture_is_never_made_larger() -> None:
    assert images.make(encoded("PNG", (300, 10))).widths == (300,)
    assert images.make(encoded("PNG", (500, 1))).widths == (480, 500)


def test_nothing_of_the_camera_and_nothing_behind_the_picture_comes_along() -> None:
    exif = Image.Exif()
    exif[0x010F] = "SECRETCAMERA"
    exif[0x8825] = {1: "N", 2: (39.0, 57.0, 0.0)}
    sent = encoded("JPEG", exif=exif.tobytes(), comment=b"SECRETCOMMENT", icc_profile=b"SECRETPROFILE" * 20)
    sent += b"<script>SECRETTAIL</script><?php SECRETTAIL ?>PK\x03\x04"
    made = images.make(sent)
    for width in made.widths:
        written = (images.folder() / f"{made.file}-{width}.webp").read_bytes()
        assert b"SECRET" not in written
        assert b"EXIF" not in written and b"ICCP" not in written


def test_a_picture_is_turned_as_the_camera_was_held() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    made = images.make(encoded("JPEG", (400, 200), exif=exif.tobytes()))
    assert (made.width, made.height) == (200, 400)


REFUSED = {
    "gif with script": b"GIF89a/*\x01\x00\x01\x00*/=1;alert(1)//",
    "a real gif": encoded("GIF", (9, 9)),
    "a real bmp": encoded("BMP", (9, 9)),
    "a real tiff": encoded("TIFF", (9, 9)),
    "svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "html": b"<!doctype html><script>alert(1)</script>",
    "php with a jpeg's beginning": b"\xff\xd8\xff\xe0<?php system($_GET[0]); ?>",
    "half a png": encoded("PNG", (900, 900))[:200],
    "a png's beginning": b"\x89PNG\r\n\x1a\n",
    "pdf": b"%PDF-1.7",
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "nothing": b"",
    "zip": b"PK\x03\x04" + b"\0" * 99,
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_png_jpeg_or_webp_is_refused(name: str) -> None:
    with pytest.raises(NotAPicture, match=r"^Choose a picture as PNG, JPEG or WebP\.$"):
        images.make(REFUSED[name])
    assert not images.folder().exists()


def test_what_is_too_large_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(NotAPicture, match="25 megapixels"):
        images.make(bomb())
    with pytest.raises(NotAPicture, match="5 MB"):
        images.make(b"\0" * (images.MOST_BYTES + 1))


@pytest.mark.django_db
def test_names_are_random_and_no_other_file_is_served(client: Client) -> None:
    one, two = images.make(encoded("PNG", (9, 9))), images.make(encoded("PNG", (9, 9)))
    assert one.file != two.file and len(one.file) == 32
    answer = client.get(f"/guides/images/{one.file}-9.webp")
    assert answer["Content-Type"] == "image/webp"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer["Cache-Control"]
    (images.folder() / "x.html").write_text("<script>")
    (images.folder().parent / "secret.webp").write_text("x")
    for name in ("x.html", "../secret.webp", "..%2fsecret.webp", f"{one.file}-10.webp", "%00", f"{one.file}-9.webp%00"):
        assert client.get(f"/guides/images/{name}").status_code == 404


@pytest.fixture
def section(draft: Guide) -> Section:
    return Section.objects.get(anchor="what-are-tpm-jobs")


def add(section: Section, alt: str) -> GuideImage:
    made = images.make(encoded("PNG"))
    return GuideImage.objects.create(
        section=section, alt=alt, file=made.file, widths=list(made.widths), width=made.width, height=made.height
    )


def test_an_image_without_a_description_keeps_a_guide_from_being_published(draft: Guide, section: Section) -> None:
    image = add(section, "")
    (problem,) = gate.problems(snapshot.take(draft))
    assert problem.sentence == "Image 1 of “What Are TPM Jobs?” has no description for readers who cannot see it."
    assert (problem.row, problem.field) == (("guideimage", image.pk), "alt")


def test_a_published_image_has_its_files_sizes_and_description(
    draft: Guide, section: Section, client: Client, now: Any
) -> None:
    image = add(section, 'A "map" of <roles>')
    publishing.publish(guide=draft, by=None, now=now)
    (img,) = read(client.get(f"/guides/{draft.slug}/").content).find("img")
    base = f"/guides/images/{image.file}"
    assert img.attrs["alt"] == 'A "map" of <roles>'
    assert img.attrs["src"] == f"{base}-1440.webp"
    assert img.attrs["srcset"] == f"{base}-480.webp 480w, {base}-960.webp 960w, {base}-1440.webp 1440w"
    assert (img.attrs["width"], img.attrs["height"], img.attrs["loading"]) == ("1440", "86", "lazy")
    assert client.get(img.attrs["src"]).status_code == 200
    pdf = bytes(printing.ensure(draft.revisions.get(), now=now).content)
    assert b"/Figure" in pdf or b"/Image" in pdf


def test_an_editor_uploads_in_the_admin_and_is_told_what_cannot_be_used(
    draft: Guide, section: Section, client: Client, editor: User
) -> None:
    client.force_login(editor)
    image = add(section, "Old")
    url = reverse("admin:content_guideimage_change", args=[image.pk])
    bad = client.post(
        url, {"alt": "New", "caption": "", "order": 1, "upload": SimpleUploadedFile("x.php.jpg", b"<?php")}
    )
    assert "Choose a picture as PNG, JPEG or WebP." in bad.content.decode()
    good = SimpleUploadedFile("../x.png", encoded("PNG", (640, 480)), "text/html")
    assert client.post(url, {"alt": "New", "caption": "", "order": 1, "upload": good}).status_code == 302
    kept = GuideImage.objects.get()
    assert (kept.alt, kept.widths) == ("New", [480, 640])
    assert kept.file != image.file
