"""``evaluate``: measure a saved network on a table that has the target."""
from typing import List

from ..show.report import outcome, part_lines, score_lines
from ..show.terminal import Terminal
from ..study.evaluation import evaluated
from .options import add_json_option, add_model_options, add_table_options
from .parser import Parser
from .predict import predictor_and_table


def run(arguments: List[str]) -> int:
    """Measure and show; return the exit code."""
    parser = Parser("evaluate", description="Measure a saved network on a table that it has not seen.")
    add_model_options(parser)
    add_table_options(parser, "the table, with the network's input columns and the target")
    add_json_option(parser)
    options = parser.parse_args(arguments)
    predictor, table = predictor_and_table(options)
    score = evaluated(predictor, table, options.model, options.file)
    rows, terminal = len(score.outputs), Terminal()
    if options.json:
        terminal.json({"model": options.model, "file": options.file, "rows": rows, "loss": score.loss,
                       "accuracy": score.accuracy, **score.measures})
        return 0
    lines = part_lines([("table", rows, score)]) + score_lines(terminal, predictor.preparation, score)
    terminal.lines([*lines, "", f"{options.model} on {options.file}: {outcome(score, rows)}"])
    return 0
