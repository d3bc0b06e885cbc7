#!/usr/bin/env python3
"""Fetch what others wrote into static/vendor and tests/vendor, each as <name>-<version>/ with its licence.

Run it after changing a version below: `python static/vendor/fetch.py`. It asks npm by package name only, so it
follows whatever registry npm is set up with, and needs nothing else but the standard library.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "static" / "vendor"
TESTS = ROOT / "tests" / "vendor"


@dataclass(frozen=True)
class Package:
    """One npm package: what is taken of it, where to, and how its style sheet is changed on the way."""

    npm: str
    version: str
    name: str
    files: tuple[str, ...]
    into: Path = SITE
    change: Callable[[str], str] | None = None
    notes: str = ""

    @property
    def folder(self) -> Path:
        return self.into / f"{self.name}-{self.version}"


# The classes of Bootstrap that pages, crispy forms and staff-made pages of ours may use. The rest needs its script or is drawn by us.
USED = re.compile(
    r"""container(-fluid)? | row | col(-auto|-\d+)? | col-(md|lg)(-auto|-\d+)? | g[xy]?-[0-5]
        | table(-striped|-hover|-bordered|-borderless|-sm|-responsive|-group-divider)?
        | form-(label|text|control|select|check|check-input|check-label|check-inline) | col-form-label | input-group(-text)?
        | is-invalid | invalid-feedback | has-validation
        | btn(-primary|-secondary|-danger|-outline-secondary|-sm)? | disabled | active | show
        | alert(-info|-success|-warning|-danger|-heading)? | badge | visually-hidden(-focusable)?
        | list-(unstyled|inline|inline-item) | img-fluid | text-(start|center|end|nowrap|wrap|break|muted|body-secondary)
        | d-(none|block|inline|inline-block|flex|inline-flex|grid) | flex-(row|column|wrap|nowrap|fill|grow-[01]|shrink-[01])
        | (justify-content|align-items|align-self)-\w+ | gap-[0-5] | [mp][tbsexy]?-([0-5]|auto) | fw-\w+ | fst-\w+ | w-(\d+|auto) | h-100""",
    re.X,
)


def rules(css: str) -> Iterator[tuple[str, str]]:
    """Yield (head, body) of each top-level rule; a statement such as @charset has the body ""."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    at = 0
    while at < len(css):
        stop = re.compile(r"[{;]").search(css, at)
        if not stop:
            return
        head = css[at : stop.start()].strip()
        if stop.group() == ";":
            at = stop.end()
            yield head, ""
            continue
        depth, end = 1, stop.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
        yield head, css[stop.end() : end - 1].strip()
        at = end


def kept(css: str) -> str:
    """Return the rules a page of ours may use, without `data:` images, colour modes by attribute and unused parts."""
    out = []
    for head, body in rules(css):
        if head.startswith(("@media", "@supports")):
            inner = kept(body)
            if inner:
                out.append(f"{head} {{\n{inner}\n}}")
            continue
        if head.startswith("@keyframes") or not body:
            continue
        wanted = [s for s in split_selectors(head) if is_used(s)]
        declarations = [" ".join(d.split()) for d in split_declarations(body) if "data:" not in d]
        if wanted and declarations:
            out.append(f"{', '.join(wanted)} {{ {'; '.join(declarations)} }}")
    return "\n".join(out)


def is_used(selector: str) -> bool:
    """Tell whether every class the selector names is one that we use; colour modes by attribute are not."""
    classes = re.findall(r"\.([a-zA-Z][\w-]*)", selector)
    return "[data-bs-theme=dark]" not in selector and all(USED.fullmatch(name) for name in classes)


def split_selectors(head: str) -> list[str]:
    """Split a selector list at its outer commas only: `:not(a, b)` stays whole."""
    return [" ".join(part.split()) for part in outer_parts(head, ",")]


def split_declarations(body: str) -> list[str]:
    """Split a rule's body at the semicolons outside brackets and quotes."""
    return [part for part in outer_parts(body, ";") if part.strip()]


def outer_parts(text: str, mark: str) -> list[str]:
    """Split text at each mark that stands outside brackets and quotes."""
    parts, depth, quote = [""], 0, ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        depth += {"(": 1, ")": -1}.get(letter, 0) if not quote else 0
        if letter == mark and not depth and not quote:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def bootstrap(css: str) -> str:
    """Return Bootstrap's style sheet cut down and put into cascade layers below our own."""
    reboot, parts = css.split(".lead {", 1)
    reboot_css, parts_css = kept(reboot), kept(".lead {" + parts)
    licence = "/*! Bootstrap v{} (https://getbootstrap.com/) | MIT, see LICENSE | changed, see CHANGES.md */\n"
    return (
        licence.format(version_of("bootstrap"))
        + f"@layer reboot {{\n{reboot_css}\n}}\n@layer bootstrap {{\n{parts_css}\n}}\n"
    )


BOOTSTRAP_NOTES = """# What was changed

`bootstrap.css` is `dist/css/bootstrap.css` of the npm package, cut by `static/vendor/fetch.py`:

- every declaration with a `data:` image is left out (the site's content policy allows none); our own SVG files stand in `static/css/forms.css`
- the dark mode by attribute is left out; `static/css/tokens.css` maps Bootstrap's variables to our own, light and dark
- only the classes that pages may use are kept (the list `USED` in that script)
- the rest stands in the cascade layers `reboot` and `bootstrap`, below our own layers
- no source map comment: the map is not shipped
"""

PACKAGES = (
    Package(
        "bootstrap",
        "5.3.9",
        "bootstrap",
        ("LICENSE", "dist/css/bootstrap.css"),
        change=bootstrap,
        notes=BOOTSTRAP_NOTES,
    ),
    Package("@fontsource-variable/inter", "5.3.0", "inter", ("LICENSE", "files/inter-latin-wght-normal.woff2")),
    Package(
        "@fontsource-variable/source-serif-4",
        "5.3.1",
        "source-serif-4",
        ("LICENSE", "files/source-serif-4-latin-wght-normal.woff2"),
    ),
    # The external build: no styles and no workers inside the script, so that the strict content policy holds.
    Package(
        "altcha",
        "3.2.2",
        "altcha",
        ("LICENSE.txt", "dist/external/altcha.min.js", "dist/external/altcha.css", "dist/workers/pbkdf2.js"),
    ),
    Package("axe-core", "4.14.1", "axe-core", ("LICENSE", "LICENSE-3RD-PARTY.txt", "axe.min.js"), into=TESTS),
)


def version_of(name: str) -> str:
    """Return the version this script pins for the package of that name."""
    return next(p.version for p in PACKAGES if p.name == name)


def fetch(package: Package) -> None:
    """Pack the pinned version into a scratch folder and copy the wanted files; older versions of it are removed."""
    with tempfile.TemporaryDirectory() as scratch:
        packed = subprocess.run(  # noqa: S603
            ["npm", "pack", "--silent", f"{package.npm}@{package.version}"],  # noqa: S607
            cwd=scratch, check=True, capture_output=True, text=True,
        )  # fmt: skip
        archive = Path(scratch) / packed.stdout.split()[-1]
        for old in package.into.glob(f"{package.name}-[0-9]*"):
            shutil.rmtree(old)
        package.folder.mkdir(parents=True)
        with tarfile.open(archive) as tar:
            for file in package.files:
                member = tar.extractfile(f"package/{file}")
                if member is None:
                    sys.exit(f"{package.npm} has no file {file}")
                data = member.read()
                target = package.folder / PurePosixPath(file).name.replace("LICENSE.txt", "LICENSE")
                if package.change and target.suffix == ".css":
                    data = package.change(data.decode()).encode()
                target.write_bytes(data)
    if package.notes:
        (package.folder / "CHANGES.md").write_text(package.notes)
    sys.stdout.write(f"{package.folder.relative_to(ROOT)}\n")


if __name__ == "__main__":
    for each in PACKAGES:
        fetch(each)
