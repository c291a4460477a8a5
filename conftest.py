"""How nbval reads the notebooks: their text is compared; HTML and pictures are not kept, so not compared."""

from pathlib import Path


def pytest_configure(config) -> None:
    """Calculate the shipped inputs once for all notebooks: each would do it for itself otherwise."""
    if not config.getoption("nbval", False) or hasattr(config, "workerinput"):
        return
    from dbv_analysis import kept
    from dbv_analysis.terms import PUBLIC

    data = Path(__file__).parent / "data" / "raw"
    if kept.stored(data, PUBLIC) is None:
        kept.store(kept.assemble(data, PUBLIC), data, PUBLIC)


def pytest_collectstart(collector) -> None:
    if collector.path.suffix == ".ipynb" and hasattr(collector, "skip_compare"):
        collector.skip_compare += ("text/html", "image/png")
