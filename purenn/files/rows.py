"""Rows of values, such as a curve, as a CSV."""
import csv
import io

from .disk import replacing


def write_rows(path, rows) -> None:
    """Write rows, the names first, as a CSV; an old file is replaced only when the new one is complete."""
    with replacing(path) as beside, open(beside, "w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows(rows)


def csv_line(row, delimiter: str) -> str:
    """A row of a CSV with its line ending; a field that holds a line ending of any kind is quoted."""
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, lineterminator="\r\n").writerow(row)
    return line.getvalue()[:-2] + "\n"
