"""Figures as sums of what they were counted from, so that a linear programme can ask what follows from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse

from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.settings import Disclosure

NO_FIGURE = -1
QUANTITY = ["figure", "part", "count", "shown", "hidden", "least", "needed", "slack", "words"]
PARTS = ("numerator", "denominator", "left_out", "children")
KEPT_APART = ("left_out", "children")  # counts behind a figure that no page shows


@dataclass(frozen=True)
class System:
    """What a reader knows, and what must stay unknown.

    ``quantities`` has one row a count: ``figure`` (whose it is; ``NO_FIGURE`` for a relation), ``part``, ``count`` (the
    truth), ``shown`` and ``hidden`` (whether its figure is; some counts behind a figure are never shown), ``least``
    (what every reader knows it to be at least where it is hidden; missing where nothing is known), ``needed`` (how wide
    the interval must be in which a reader can place it where it is hidden; 0 where it is no secret), ``slack`` (half of
    the base to which it is rounded) and ``words`` (what to call it). ``sums`` has a row a quantity and a column an
    atom: rows of the inputs, which are never below 0.
    """

    quantities: pd.DataFrame
    sums: sparse.csr_array


def width(rule: Disclosure) -> int:
    """How wide the interval of a hidden count must be: as wide as what the rule hides, from 1 to threshold − 1."""
    return max(1, rule.threshold - 2)


def system(
    figures: pd.DataFrame,
    sums: pd.DataFrame,
    rule: Disclosure,
    relations: pd.DataFrame | None = None,
    links: Iterable[tuple[str, dict[tuple[int, str], float]]] = (),
) -> System:
    """The system of figures.

    Args:
        figures: as ``count.combine`` gives them, with ``hidden``, and where not every hidden figure is a secret,
            but some are hidden for the sake of others, ``secret``.
        sums: what the counts were counted from, as ``count.source_rows`` or ``groups.sums`` give it.
        rule: the authority's rule.
        relations: what is known of the atoms, as ``sums.relations`` gives it.
        links: what is known of the figures, as ``sums.links`` gives it.

    A count whose atoms are not known, or do not add up to it, is an atom of its own.
    """
    quantities = _rows(figures.assign(words=_words(figures)), rule)
    atoms = _atoms(quantities, sums)
    if relations is not None:
        terms = relations.rename(columns={"relation": "quantity"}).astype({"atom": str})
        terms["quantity"] = pd.factorize(terms["quantity"])[0] + len(quantities)
        told = terms.drop_duplicates("quantity")
        quantities = pd.concat([quantities, _of_relations(told["words"], told["at_most"])], ignore_index=True)
        atoms = pd.concat([atoms, terms[["quantity", "atom", "factor"]]], ignore_index=True)
    index = {(row.figure, row.part): row.Index for row in quantities[["figure", "part"]].itertuples()}
    linked = [(words, terms) for words, terms in links if _holds(terms, index, quantities)]
    weights = sparse.lil_array((len(linked), len(quantities)))
    for row, (_, terms) in enumerate(linked):
        for part, factor in terms.items():
            weights[row, index[part]] += factor
    sums_of = _matrix(len(quantities), atoms)
    words = pd.Series([words for words, _ in linked], dtype=str)
    quantities = pd.concat([quantities, _of_relations(words, pd.Series(False, index=words.index))], ignore_index=True)
    return System(quantities, sparse.vstack([sums_of, weights.tocsr() @ sums_of]).tocsr())


def _words(figures: pd.DataFrame) -> pd.Series:
    """What to call a figure in a message."""
    named = (figures["breakdown_topic"] + " " + figures["breakdown"]).str.lstrip()  # rows of a release have no topic
    group = figures["breakdown"].where(figures["breakdown"] == TOTAL, named)
    return figures["metric_id"] + ", " + group + ", " + figures["area_name"] + ", " + figures["period_label"]


def _of_relations(words: pd.Series, at_most: pd.Series) -> pd.DataFrame:
    """A row for each sum that a reader knows to be 0, or with ``at_most`` to be no less."""
    at_most = at_most.astype(bool).to_numpy()
    found = pd.DataFrame({"words": words.to_numpy(), "shown": ~at_most, "hidden": at_most})
    least = np.where(at_most, 0.0, np.nan)
    return found.assign(figure=NO_FIGURE, part="relation", count=0.0, least=least, needed=0.0, slack=0.0)[QUANTITY]


def _holds(terms: dict[tuple[int, str], float], index: dict, quantities: pd.DataFrame) -> bool:
    """Whether what links some figures is true of their counts; a reader who thinks so otherwise is misled."""
    if any(part not in index for part in terms):
        return False
    counts = quantities["count"]
    return bool(np.isclose(sum(factor * counts[index[part]] for part, factor in terms.items()), 0))


def hide(system: System, figure: int) -> System:
    """``system`` with one more figure hidden."""
    of_figure = system.quantities["figure"] == figure
    hidden, shown = system.quantities["hidden"] | of_figure, system.quantities["shown"] & ~of_figure
    return replace(system, quantities=system.quantities.assign(hidden=hidden, shown=shown))


def _rows(figures: pd.DataFrame, rule: Disclosure) -> pd.DataFrame:
    if "secret" not in figures:
        figures = figures.assign(secret=True)
    flags = ("hidden", "secret", "of_children", "over_children", "share", "money")
    types = {name: float for name in PARTS if name in figures} | dict.fromkeys(flags, bool)
    figures = figures.astype(types)
    rows = [_of_part(figures, part, rule) for part in PARTS if part in figures]
    return pd.concat([*rows, _of_rest(figures, rule)], ignore_index=True)[QUANTITY]


def _of_part(figures: pd.DataFrame, part: str, rule: Disclosure) -> pd.DataFrame:
    """The counts of one part. Of a hidden figure every small count of children must stay unknown."""
    rows = figures[figures[part].notna()]
    count, apart = rows[part], part in KEPT_APART
    guarded = rows["of_children"] if part == "numerator" else rows["over_children"] | apart
    alone = rows["denominator"].isna() & (part == "numerator")  # a plain count or sum is itself what is hidden
    few = guarded & (alone | (count < rule.threshold)) & (count > 0)
    needed = np.where(few, width(rule), 0.0)
    if part == "numerator":
        needed = np.where(rows["money"], rule.money_interval * count, needed)
    shown = ~rows["hidden"] & (not apart)
    least = np.where(guarded & alone, 1.0, np.nan)  # for a true 0 is shown
    return _of(rows, part, count, shown=shown, least=least, needed=needed, slack=guarded * rule.rounding / 2)


def _of_rest(figures: pd.DataFrame, rule: Disclosure) -> pd.DataFrame:
    """What is in the denominator of a share and not in its numerator."""
    rows = figures[figures["share"] & figures["numerator"].notna() & figures["denominator"].notna()]
    rest = rows["denominator"] - rows["numerator"]
    few = rows["of_children"] & rows["over_children"] & (rest > 0) & (rest < rule.threshold)
    return _of(rows, "rest", rest, shown=False, least=0.0, needed=np.where(few, width(rule), 0.0), slack=0.0)


def _of(figures: pd.DataFrame, part: str, count: pd.Series, needed: np.ndarray, **more: object) -> pd.DataFrame:
    """Quantities, one of each figure; what is no secret needs no interval."""
    rows = figures[["hidden", "words"]].assign(part=part, count=count, needed=needed * figures["secret"], **more)
    return rows.reset_index(names="figure")


def _atoms(quantities: pd.DataFrame, sums: pd.DataFrame) -> pd.DataFrame:
    """``quantity``, ``atom`` (text) and ``factor``, for each part that was counted, and for what lies between two."""
    numbered = quantities.reset_index(names="quantity")
    of = sums.astype({"figure": int, "atom": str, "count": float}).assign(factor=1.0)
    of = of[["figure", "part", "atom", "count", "factor"]]
    within, over = of[of["part"] == "within"], of[of["part"] == "denominator"]
    over = over[over["figure"].isin(within["figure"])]
    left_out = pd.concat([within, over.assign(factor=-1.0)]).assign(part="left_out")
    terms = numbered.merge(pd.concat([of, left_out]), on=["figure", "part"], suffixes=("", "_of_atom"))
    totals = (terms["count_of_atom"] * terms["factor"]).groupby(terms["quantity"]).sum()
    counted = numbered[numbered["part"] != "rest"]
    adds_up = np.isclose(counted["quantity"].map(totals).astype(float), counted["count"])
    alone = counted[~adds_up]
    atoms = pd.concat(
        [
            terms.loc[terms["quantity"].isin(counted.loc[adds_up, "quantity"]), ["quantity", "atom", "factor"]],
            pd.DataFrame({"quantity": alone["quantity"], "atom": alone["figure"].astype(str) + alone["part"]}),
        ],
        ignore_index=True,
    ).fillna({"factor": 1.0})
    return pd.concat([atoms, *_rests(numbered, atoms)], ignore_index=True)


def _rests(numbered: pd.DataFrame, atoms: pd.DataFrame) -> list[pd.DataFrame]:
    """The rest of a share: its denominator's atoms, less those of its numerator."""
    rest = numbered[numbered["part"] == "rest"].set_index("figure")["quantity"]
    frames = []
    for part, factor in (("denominator", 1.0), ("numerator", -1.0)):
        of_part = numbered.loc[numbered["part"] == part, ["figure", "quantity"]]
        of_part = of_part.assign(rest=of_part["figure"].map(rest)).dropna()
        of_rest = atoms.merge(of_part[["quantity", "rest"]], on="quantity")
        frames.append(
            of_rest.assign(quantity=of_rest["rest"].astype(int), factor=factor * of_rest["factor"]).drop(columns="rest")
        )
    return frames


def _matrix(rows: int, atoms: pd.DataFrame) -> sparse.csr_array:
    codes, names = pd.factorize(atoms["atom"])
    factors, quantities = atoms["factor"].to_numpy(float), atoms["quantity"].to_numpy(int)
    shape = (rows, len(names))
    matrix = sparse.coo_array((factors, (quantities, codes)), shape=shape).tocsr()
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    return matrix
