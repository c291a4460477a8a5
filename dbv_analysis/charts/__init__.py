"""Rows → a chart with its title, alt text and data table. Nothing is calculated here.

Every chart takes its ``title``, an active one of at most ten words or so; ``measure``, what is measured with its unit,
for the alt text and the table's caption; ``write``, which writes a value as text, where it has values; and ``caption``,
lines on source, population and period. It is drawn when its picture is first asked for.
"""

from dbv_analysis.charts.bars import Bar, bar_chart
from dbv_analysis.charts.control_chart import control_chart
from dbv_analysis.charts.heat_maps import Cell, heat_map
from dbv_analysis.charts.lines import INCHES, MOST_LINES, Line, line_chart
from dbv_analysis.charts.ranges import Range, Reference, range_chart
from dbv_analysis.charts.style import CSS_PIXELS, DPI
from dbv_analysis.charts.timelines import Task, timeline

__all__ = [
    "CSS_PIXELS",
    "DPI",
    "INCHES",
    "MOST_LINES",
    "Bar",
    "Cell",
    "Line",
    "Range",
    "Reference",
    "Task",
    "bar_chart",
    "control_chart",
    "heat_map",
    "line_chart",
    "range_chart",
    "timeline",
]
