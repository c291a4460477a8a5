"""What is measured: one function a metric, one module a section. The modules are listed here and nowhere else."""

from __future__ import annotations

from dbv_analysis.metrics import attendance, deficit, delivery, exclusions, grant, high_needs_spend, placements, plans
from dbv_analysis.model.metric import Metric, registered
from dbv_analysis.model.wording import did_you_mean

__all__ = [
    "attendance",
    "deficit",
    "delivery",
    "exclusions",
    "find",
    "grant",
    "high_needs_spend",
    "package_metrics",
    "placements",
    "plans",
]


def package_metrics() -> dict[str, Metric]:
    """The metrics of these modules by id, module after module; those of a notebook come after."""
    return registered()


def find(metric_id: str) -> Metric:
    """The metric of that id. Raises KeyError whose text says what may have been meant."""
    metrics = package_metrics()
    if metric_id not in metrics:
        raise KeyError(f'There is no metric "{metric_id}".{did_you_mean(metric_id, metrics)}')
    return metrics[metric_id]
