"""The demo's font: of Noto Sans CJK JP the glyphs that its texts use, so that nothing must be installed where it is shown."""

import io
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

ALWAYS = set(map(chr, range(0x20, 0x7F))) | set("₀₁₂₃₄₅₆₇₈₉αβεθλΣσ∂∞−×÷‖→←≤≥×○●▲△▶◀「」、。・…")


def characters(root: Path) -> set[str]:
    """Every character that the stage, its scenes and their notes may show."""
    texts = [root / "demo/page.py", *root.glob("exercises/shared/stage/*.js"), root / "exercises/shared/stage.py",
             *root.glob("exercises/*/scenes/*.js"), *root.glob("exercises/*/demo.py")]
    return ALWAYS | {c for path in texts for c in path.read_text(encoding="utf-8") if not c.isspace()}


def covered(path: Path) -> set[str]:
    """The characters of a font."""
    return set(map(chr, TTFont(path).getBestCmap()))


def subset_of(source: Path, wanted: set[str]) -> bytes:
    """The glyphs of a font, or of the Japanese one in a collection, as WOFF; what the font has not is left out."""
    number = 0
    if source.suffix.lower() in (".ttc", ".otc"):
        from fontTools.ttLib import TTCollection

        number = [font["name"].getDebugName(1) for font in TTCollection(source).fonts].index("Noto Sans CJK JP")
    options = subset.Options(flavor="woff", layout_features=["kern"], hinting=False, desubroutinize=True, notdef_outline=True,
                             name_IDs=[0, 1, 2, 13, 14])  # whose it is, what it is called, its licence
    options.font_number = number
    font = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[ord(c) for c in wanted])
    subsetter.subset(font)
    made = io.BytesIO()
    subset.save_font(font, made, options)
    return made.getvalue()


def write_font(root: Path, source: Path) -> str:
    """Write exercises/shared/stage/font.woff; returns what was done. Exits where the source is not there."""
    if not source.exists():
        sys.exit(f"{source} is not there: sudo apt install fonts-noto-cjk, or give the path of NotoSansCJK-Regular.ttc.")
    path, wanted = root / "exercises/shared/stage/font.woff", characters(root)
    path.write_bytes(subset_of(source, wanted))
    left = "".join(sorted(wanted - covered(path)))
    return f"{path.relative_to(root)}: {path.stat().st_size / 1000:.0f} kB" + (f"; the font has no {left}" if left else "")
