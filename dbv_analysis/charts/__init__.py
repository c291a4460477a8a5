"""Rows → a chart with its title, alt text and data table. Nothing is calculated here."""

from dbv_analysis.charts.bars import Bar, bar_chart
from dbv_analysis.charts.control_chart import control_chart
from dbv_analysis.charts.heat_maps import Cell, heat_map
from dbv_analysis.charts.lines import INCHES, MOST_LINES, Series, line_chart
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
    "Range",
    "Reference",
    "Series",
    "Task",
    "bar_chart",
    "control_chart",
    "heat_map",
    "line_chart",
    "range_chart",
    "timeline",
]
