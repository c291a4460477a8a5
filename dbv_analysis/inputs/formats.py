"""The formats that an input may be in: a source names its own. A new one is a folder and a line here."""

from __future__ import annotations

from dbv_analysis.inputs import tidy
from dbv_analysis.inputs.attendance import tables as attendance
from dbv_analysis.inputs.commitments import tables as commitments
from dbv_analysis.inputs.ees import read as ees
from dbv_analysis.inputs.finance import dsg, s251
from dbv_analysis.inputs.quarterly_return import read as quarterly_return
from dbv_analysis.inputs.sen2 import tables as sen2
from dbv_analysis.model.source import RETURN, TIDY

FORMATS = {
    TIDY: tidy.FORMAT,
    "ees": ees.FORMAT,
    RETURN: quarterly_return.FORMAT,
    "sen2": sen2.FORMAT,
    "register": attendance.FORMAT,
    "dsg": dsg.FORMAT,
    "s251": s251.FORMAT,
    "ledger": commitments.FORMAT,
}
