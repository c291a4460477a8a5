"""Pick a cohort by lists to choose from, in JupyterLab. Everything works without them too, by ``Cohort.where``."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

from dbv_analysis.cohorts.cohort import Cohort
from dbv_analysis.inputs.records.characteristics import GROUPS
from dbv_analysis.model.problems import CallProblem

ANY = "(any)"
OFFERED = ("Need", "Phase", "Placement", "Sex", "Free school meals", "Programme")


@dataclass
class Picker:
    """Lists to choose from, and the ``cohort`` that is chosen. Show it as the last line of a cell."""

    everyone: Cohort
    lists: dict
    shown: object = field(repr=False)

    @property
    def cohort(self) -> Cohort:
        """Those who have what is chosen. Raises CallProblem where nobody has all of it."""
        chosen = {column: one.value for column, one in self.lists.items() if one.value != ANY}
        return self.everyone.where(**chosen)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.shown)


def pick(everyone: Cohort, by: str = "placed") -> Picker:
    """Lists of the groups of a cohort to choose from, with the counts and shares of those chosen underneath.

    ``picker = pick(everyone)``, then in the next cell ``picker.cohort``

    Raises CallProblem where ipywidgets is not installed: then ``everyone.where(...)`` does the same.
    """
    try:
        import ipywidgets
    except ImportError:
        raise CallProblem("ipywidgets is not installed. Use everyone.where(...), or install it.") from None
    lists = {}
    for topic in OFFERED:
        column = GROUPS[topic]
        names = sorted(set(map(str, everyone.frame[column])))
        lists[column] = ipywidgets.Dropdown(options=[ANY, *names], value=ANY, description=topic)
        lists[column].style.description_width = "initial"
    told = ipywidgets.HTML()
    picker = Picker(everyone, lists, ipywidgets.VBox([*lists.values(), told]))

    def tell(change=None) -> None:
        told.value = f"<pre>{escape(_in_words(picker, by))}</pre>"

    for one in lists.values():
        one.observe(tell, names="value")
    tell()
    return picker


def _in_words(picker: Picker, by: str) -> str:
    """How many are chosen and in which groups they are, or that nobody has all that is chosen."""
    try:
        chosen = picker.cohort
    except CallProblem as problem:
        return str(problem)
    return f"{len(chosen):,} plans: {chosen.text}\n\n{chosen.by(by).to_string(index=False)}"
