"""A table made in the program: prepare its columns, train a network on it, predict new rows.

For readers whose data are not in a file. Run it with ``python examples/own_table.py``; for a CSV there is
``python cli.py train FILE.csv --target COLUMN``.
"""
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))     # where purenn is not installed

from purenn import Dataset  # noqa: E402
from purenn.data.columns import Table  # noqa: E402
from purenn.data.encoding import decode, encode  # noqa: E402
from purenn.data.features import fit  # noqa: E402
from purenn.data.splitting import split  # noqa: E402
from purenn.runs import TASKS, Problem, Run, resolve  # noqa: E402

# Fruit: its kind, its usual weight in grams and diameter in centimeters, its colors.
KINDS = (("apple", 180.0, 7.5, ("red", "green", "yellow")), ("lemon", 100.0, 5.8, ("yellow", "green")),
         ("plum", 60.0, 4.5, ("blue", "red", "yellow")))
NAMES = ["weight", "diameter", "color", "kind"]


def draw_rows(count, rng):
    """The rows of the table: ``count`` pieces of fruit, each a list of four texts."""
    rows = []
    for _ in range(count):
        kind, weight, diameter, colors = rng.choice(KINDS)
        size = rng.gauss(1.0, 0.1)
        rows.append(["%.0f" % (weight * size ** 3), "%.1f" % (diameter * size), rng.choice(colors), kind])
    return rows


def table_of(names, rows):
    """A Table: the names of the columns; the columns, each a list of texts; and the row numbers."""
    return Table(names, [list(column) for column in zip(*rows)], range(1, len(rows) + 1))


def main():
    """Make the table, train on a part of it, test on the rest, predict two new rows."""
    rng = random.Random(1)
    table = table_of(NAMES, draw_rows(120, rng))
    parts = split(120, (84, 18, 18), rng)                               # rows to learn from, validate with, test on
    preparation = fit(table, "kind", parts[0])
    for feature in preparation.inputs:
        print(feature)
    train, validation, test = [Dataset(*encode(preparation, table, rows)) for rows in parts]
    problem = Problem("fruit", train, validation, test, preparation, "table", tested=parts[2], source=table)

    settings = resolve(TASKS["train"], problem, hidden=[8], epochs=100)
    run = Run(problem, settings)
    for epoch in run.epochs():
        if epoch.number % 20 == 0:
            print("epoch %3d   loss %.4f   validation loss %.4f" % (epoch.number, epoch.loss, epoch.validation_loss))
    result = run.result()
    print("After %d epochs, with the weights of epoch %d: test loss %.4f, accuracy %.3f" % (
        result.epochs, result.kept, result.test.loss, result.test.accuracy))

    new = table_of(NAMES[:3], [["190", "7.7", "green"], ["65", "4.6", "red"]])
    inputs, _ = encode(preparation, new, with_target=False)
    print("new rows:", decode(preparation, run.network.predict(inputs)))


if __name__ == "__main__":
    main()
