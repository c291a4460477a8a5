"""How nbval reads the notebooks: their text is compared; HTML and pictures are not kept, so not compared."""

from pathlib import Path


def pytest_configure(config) -> None:
    """Calculate the shipped inputs once for all notebooks: each would do it for itself otherwise."""
    if not config.getoption("nbval", False) or hasattr(config, "workerinput"):
        return
    from dbv_analysis.model.pack import PUBLIC
    from dbv_analysis.results import cache

    data = Path(__file__).parent / "data" / "raw"
    if cache.stored(data, PUBLIC) is None:
        cache.store(cache.assemble(data, PUBLIC), data, PUBLIC)


def pytest_collectstart(collector) -> None:
    if collector.path.suffix == ".ipynb" and hasattr(collector, "skip_compare"):
        collector.skip_compare += ("text/html", "image/png")
