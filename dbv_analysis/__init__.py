"""Evidence of what a Delivering Better Value in SEND programme changed.

Files become tables, metrics turn tables into one results table, and every page is drawn from its rows.
"""

__version__ = "0.1.0"
