"""What one authority's programme is made of: workstreams, training, a planned unit and measures of its own."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

UNSAID = "unsaid"  # an error whose message says it all, without the setting's value
Text = Annotated[str, StringConstraints(min_length=1)]
MeasureId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]


class Settings(BaseModel):
    """A part of a settings file: what it does not know is an error, and nothing changes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Indicators(Settings):
    """A table of the quarterly return to the DfE: its caption, and the measures that it shows."""

    caption: Text
    measures: list[MeasureId] = Field(min_length=1)


class Workstream(Settings):
    """A workstream, by the number that lists of phases, tasks and risks give.

    ``plans`` maps the number of a plan in the list of tasks to the element that the list of phases calls it.
    ``indicators`` are the tables of short term indicators in its part of the return.
    """

    number: Annotated[str, StringConstraints(pattern=r"^[1-9]\d*$")]
    title: Text
    plans: dict[str, Text] = {}
    indicators: list[Indicators] = []


class Training(Settings):
    """The training programme that schools join, and the measures of how many engaged, booked and took it up."""

    name: Text
    engaged: MeasureId
    booked: MeasureId
    uptake: MeasureId


class PlannedUnit(Settings):
    """A unit of places that the programme plans, with whose ``id`` the ids of its measures begin.

    ``name`` stands after its ``article``; ``place`` is what a place in it is called.
    """

    id: MeasureId
    name: Text
    article: Literal["a", "an"] = "a"
    place: Text

    @property
    def one(self) -> str:
        """The unit as a sentence names one of its kind: ``a high needs hub``."""
        return f"{self.article} {self.name}"

    @property
    def funding(self) -> str:
        return f"{self.id}_place_funding"

    @property
    def places(self) -> str:
        return f"{self.id}_places_count"

    @property
    def claimed(self) -> str:
        return f"{self.id}_saving_claimed"

    @property
    def cost(self) -> str:
        return f"{self.id}_place_cost"

    @property
    def saving(self) -> str:
        return f"{self.id}_saving"


class Measure(Settings):
    """A measure of the authority's own: figures of the table ``own_figures``, as they stand.

    ``kind``: a ``number`` of anything but children, which groups may add up to; a number of ``children``, hidden where
    it is small; or a ``score``, which is never added up, as no percentage or rate is. ``groups`` are of a ``topic``.
    ``before`` is the measure of its section that it is listed before; without it, it is listed last.
    """

    id: MeasureId
    section: Text
    title: Text
    unit: Literal["count", "per cent", "pounds", "rate per 100 pupils"] = "count"
    better: Literal["higher", "lower", "neither"] = "neither"
    source: Text
    definition: Text
    notes: str = ""
    kind: Literal["number", "children", "score"] = "number"
    topic: str = ""
    groups: tuple[Text, ...] = ()
    adds_up: bool = True
    decimals: int | None = Field(default=None, ge=0, le=6)
    before: MeasureId | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if bool(self.topic) != bool(self.groups):
            raise PydanticCustomError(UNSAID, "names a topic without groups, or groups without a topic")
        if self.kind == "children" and self.unit != "count":
            raise PydanticCustomError(UNSAID, 'is of the kind "children", which only a count can be')
        return self
