"""What more than one group of commands takes, and how they speak to the person at the terminal."""

from __future__ import annotations

from pathlib import Path

import click

from dbv_analysis.model.pack import PROFILES, PUBLIC
from dbv_analysis.model.text_checks import seen

data_option = click.option(
    "--data", type=click.Path(path_type=Path), default=Path("data/raw"), show_default=True, help="Folder of the inputs."
)
out_option = click.option(
    "--out", type=click.Path(path_type=Path), default=Path("outputs"), show_default=True, help="Folder of the packs."
)
profile_option = click.option("--profile", type=click.Choice(PROFILES), default=PUBLIC, show_default=True)


def echo_error(message: str) -> None:
    """A message for the person at the terminal: standard output is for results alone."""
    click.echo(seen(message), err=True)
