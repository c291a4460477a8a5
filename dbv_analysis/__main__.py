"""``python -m dbv_analysis`` is the ``dbv`` command."""

from dbv_analysis.cli import main

main()
