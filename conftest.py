"""How nbval reads the notebooks: their text is compared; HTML and pictures are not kept, so not compared."""


def pytest_collectstart(collector) -> None:
    if collector.path.suffix == ".ipynb" and hasattr(collector, "skip_compare"):
        collector.skip_compare += ("text/html", "image/png")
