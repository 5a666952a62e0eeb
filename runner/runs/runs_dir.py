"""The folder of runs if none is given."""

from pathlib import Path

RUNS_DIR = Path("runs")
