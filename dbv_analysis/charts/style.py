"""How every chart looks: colours, type, size and the picture itself.

Colours and style are the Government Analysis Function's, from ``afcharts``.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from functools import cache, lru_cache

import matplotlib
import numpy as np
from afcharts.af_colours import get_af_colours
from PIL import Image

from dbv_analysis.model.blocks import Figure, Table

PALETTE = get_af_colours("categorical", number_of_colours=4)
ACCENT, INK, GREY, WHITE = PALETTE[0], "#0b0c0c", "#6f6f6f", "#ffffff"
GRID = "#cccccc"
WIDTH = 7.0  # inches
TEXT, SMALL = 13, 11  # points; nothing is written smaller
INCH = 72  # points
SLACK = 1.02  # letters are set on whole pixels, so a line may be a little wider than measured
MARGIN = 0.08  # inches left free at every edge
DPI = 200
CSS_PIXELS = 96
COLOURS = 64  # of a picture: lines, their edges, and text


@cache
def pyplot():
    """matplotlib, set up once: no window, the Analysis Function's style, the font that comes with it."""
    matplotlib.use("agg")
    import matplotlib.pyplot as plt
    import seaborn as sns

    plt.style.use("afcharts.afcharts")
    sns.set_theme(
        context="notebook",
        style=None,
        rc={
            "font.family": "DejaVu Sans",
            "font.size": TEXT,
            "axes.labelsize": TEXT,
            "xtick.labelsize": TEXT,
            "ytick.labelsize": TEXT,
            "text.color": INK,
            "legend.fontsize": TEXT,
            "figure.constrained_layout.use": True,
            "figure.constrained_layout.w_pad": MARGIN,
            "figure.constrained_layout.h_pad": MARGIN,
            "text.parse_math": False,  # a name may hold two dollar signs
        },
    )
    return plt


@lru_cache(4096)
def width_of(text: str, size: int = TEXT, bold: bool = False) -> float:
    """How wide ``text`` is on one line, in inches."""
    pyplot()
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(size=size, weight="bold" if bold else "normal")
    return text_to_path.get_text_width_height_descent(text, font, ismath=False)[0] / INCH * SLACK


def render_png(figure) -> bytes:
    """``figure`` as a PNG, the same bytes each time; the figure is closed.

    A chart has few colours, and a pack goes by e-mail: a palette of those that it uses most makes the file a fraction
    of its size. The rest, shades at the edges of letters, become the nearest.
    """
    figure.canvas.draw()
    drawn = np.array(figure.canvas.buffer_rgba())
    pyplot().close(figure)
    file = io.BytesIO()
    _with_few_colours(drawn).save(file, format="png")
    return file.getvalue()


def _with_few_colours(drawn: np.ndarray) -> Image.Image:
    """A picture, rows × columns × red, green, blue and opacity, in the colours it uses most: these stay as they are."""
    pixels = drawn.view(">u4")[..., 0] >> 8  # red, green and blue as one number
    flat = pixels.ravel()
    starts = np.flatnonzero(np.diff(flat, prepend=~flat[:1]))  # of runs of one colour: most of a chart is white
    used, which = np.unique(flat[starts], return_inverse=True)
    numbers = np.bincount(which, np.diff(starts, append=flat.size))
    every = np.stack([used >> 16, used >> 8 & 255, used & 255], axis=1).astype(int)
    chosen = every[np.argsort(-numbers, kind="stable")[:COLOURS]]
    nearest = np.empty(1 << 24, np.uint8)  # by colour: only those that are used are filled in
    nearest[used] = ((every[:, None, :] - chosen[None, :, :]) ** 2).sum(axis=2).argmin(axis=1)
    few = Image.fromarray(nearest[pixels])
    few.putpalette(chosen.astype(np.uint8).tobytes())
    return few


def as_block(
    draw: Callable[[], bytes], height: float, *, title: str, alt: str, caption: list[str], table: Table
) -> Figure:
    """A picture ``height`` inches high, as a page shows it, with its words and its table."""
    return Figure(title, alt, caption, table, draw, round(WIDTH * CSS_PIXELS), round(height * CSS_PIXELS))


def ticks(lowest: float, highest: float, write: Callable[[float], str]) -> dict[float, str]:
    """Round values from ``lowest`` to ``highest`` with their texts, in at most 5 steps, no two alike.

    Steps are 1, 2 or 5 and their tens: a half, written as a count, would say a number that it is not.
    """
    for steps in range(5, 0, -1):
        values = pyplot().MaxNLocator(steps, steps=[1, 2, 5, 10]).tick_values(lowest, highest).tolist()
        texts = {value: without_zeros(write(value)) for value in values if lowest <= value <= highest}
        if len(set(texts.values())) == len(texts):
            return texts
    return {}


def without_zeros(text: str) -> str:
    """A value as an axis writes it: ``£20m`` for ``£20.0m``; ``0.05`` and ``1.50`` stay as they are."""
    return re.sub(r"\.0+(?!\d)", "", text)
