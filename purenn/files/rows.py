"""Rows of values as a CSV, such as a curve."""
import csv

from .disk import replacing


def write_rows(path, rows) -> None:
    """Write rows, the names first, as a CSV; an old file stays whole until the new one is."""
    with replacing(path) as beside, open(beside, "w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows(rows)
