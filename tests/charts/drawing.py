"""What a chart's picture shows: the colours of its pixels, and its text with type sizes and frames."""

from __future__ import annotations

import io
from typing import NamedTuple

import pytest
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image

from dbv_analysis.charts import style
from dbv_analysis.model.blocks import Figure


class Drawn(NamedTuple):
    """A text of a picture, its type size in points and its frame in inches from the lower left."""

    text: str
    size: float
    frame: Bbox


def opened(figure: Figure) -> Image.Image:
    return Image.open(io.BytesIO(figure.png)).convert("RGB")


def pixels_of(figure: Figure, colour: str, part: tuple[float, float] = (0, 1)) -> int:
    """How many pixels have the colour, in a part of the picture's height: (0.5, 1) is the lower half."""
    image = opened(figure)
    image = image.crop((0, round(part[0] * image.height), image.width, round(part[1] * image.height)))
    wanted = tuple(bytes.fromhex(colour[1:]))
    return sum(count for count, found in image.getcolors(image.width * image.height) if found == wanted)


def plot_of(chart: Figure):
    """matplotlib's figure of a chart, drawn afresh."""
    seen = []

    def render_png(figure, render=style.render_png):
        seen.append(figure)
        return render(figure)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(style, "render_png", render_png)
        vars(chart).pop("png", None)
        assert chart.png
    return seen[0]


def texts_of(chart: Figure) -> list[Drawn]:
    """Every text of a chart's picture."""
    figure = plot_of(chart)
    inches = figure.dpi_scale_trans.inverted()
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]
    return [Drawn(t.get_text(), t.get_fontsize(), Text.get_window_extent(t).transformed(inches)) for t in texts]


def said(chart: Figure) -> list[str]:
    """The texts of a chart's picture, without their frames."""
    return [text for text, _, _ in texts_of(chart)]
