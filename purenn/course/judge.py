"""What is right in an answer, what is wrong, and which known mistake made the wrong numbers."""
from decimal import Decimal
from typing import Any, Dict, List, NamedTuple, Tuple

from . import workbook
from .exercise import Exercise, Known
from .source import expected, modules_for, results

RELATIVE, ABSOLUTE = 1e-9, 1e-12        # of numbers that a program has computed in another order


class Verdict(NamedTuple):
    """What a check has found.

    ``status`` is right, wrong, blank (not begun) or error (it could not be run). ``right`` and ``wrong`` are the parts
    that are so. ``sentences`` say what was found. ``mistake`` is the name of the known mistake, ``says`` what it is,
    ``page`` what explains it. ``printed`` is what the learner's file has printed.
    """

    number: str
    status: str
    right: Tuple[str, ...] = ()
    wrong: Tuple[str, ...] = ()
    sentences: Tuple[str, ...] = ()
    mistake: str = ""
    says: str = ""
    page: str = ""
    printed: str = ""


def same(expected_value: Any, found: Any, relative: float = RELATIVE, absolute: float = ABSOLUTE) -> bool:
    """True where two plain values agree; numbers up to rounding."""
    if isinstance(expected_value, list):
        return isinstance(found, list) and len(found) == len(expected_value) and all(
            same(a, b, relative, absolute) for a, b in zip(expected_value, found))
    if is_number(expected_value) and is_number(found):
        return abs(expected_value - found) <= max(absolute, relative * max(abs(expected_value), abs(found)))
    return type(expected_value) is type(found) and bool(expected_value == found)


def is_number(value: Any) -> bool:
    """True for a float that is finite, and for an int that a float can hold."""
    return type(value) in (float, int) and abs(value) < 10 ** 300


def judged(exercise: Exercise, found: List[Any]) -> Verdict:
    """The Verdict on the results of a file: for each sample the pairs of label and value, or an error as a dict."""
    best = expected(exercise)
    table = [_compared(right, result) for right, result in zip(best, found)]
    labels = _base_labels(best)
    wrong = [label for label in labels if not all(row.get(label, True) for row in table)]
    right = [label for label in labels if label not in wrong]
    if not wrong and all(all(row.values()) for row in table):
        return Verdict(exercise.number, "right", tuple(labels))
    first = next(i for i, row in enumerate(table) if not all(row.values()))
    known = named(exercise, found)
    sentences = [exercise.tried, *_shown(exercise, first, best[first], found[first])]
    if known is not None:
        return Verdict(exercise.number, "wrong", tuple(right), tuple(wrong), tuple(sentences), known.name, known.says,
                       known.page)
    failed = isinstance(found[first], dict)
    if not failed:
        sentences += _unknown(wrong[0], best, found)
    return Verdict(exercise.number, "error" if failed else "wrong", tuple(right), tuple(wrong), tuple(sentences),
                   page=exercise.page)


def _base_labels(best):
    labels: Dict[str, None] = {}
    for result in best:
        for label, _ in result:
            labels[label] = None
    return list(labels)


def _compared(right, result) -> Dict[str, bool]:
    """For each part of a sample, whether it is right; an error makes all of it wrong."""
    if isinstance(result, dict):
        return {label: False for label, _ in right}
    values = {label: value for label, value in result}
    row = {label: label in values and same(value, values[label]) for label, value in right}
    row.update({label: False for label in values if label not in row})
    return row


def named(exercise: Exercise, found: List[Any]) -> "Known | None":
    """The known mistake whose numbers these are on every sample; None where there is none, or not one alone."""
    matching = [known for known in exercise.known if matches(expected(exercise, known.name), found)]
    return matching[0] if len(matching) == 1 else None


def matches(wrong: List[Any], found: List[Any]) -> bool:
    """True where the results of a mistake are those found, sample by sample and part by part."""
    return len(wrong) == len(found) and all(_same_result(a, b) for a, b in zip(wrong, found))


def _same_result(a, b):
    if isinstance(a, Exception) or isinstance(b, dict):
        return isinstance(a, Exception) and isinstance(b, dict) and b.get("error") == type(a).__name__
    return same([list(pair) for pair in a], [list(pair) for pair in b])


def _shown(exercise, place, right, result):
    """Sentences on the first sample that is wrong."""
    sample = f"sample {place + 1} of {len(exercise.samples)}: {brief(exercise.samples[place])}"
    if isinstance(result, dict):
        where = f"line {result['line']}: " if result.get("line") else ""
        yield f"{sample}"
        yield f"{where}{result.get('error')}: {result.get('message')}"
        return
    values = {label: value for label, value in result}
    for label, value in right:
        if label not in values:
            yield sample
            yield f"{label}: there is none; expected {brief(value)}"
            return
        if not same(value, values[label]):
            yield sample
            yield f"{label}: expected {brief(value)}, found {brief(values[label])}{_remark(value, values[label])}"
            return
    extra = [label for label in values if label not in dict(map(tuple, right))]
    yield sample
    yield f"{extra[0]}: there is one too many: {brief(values[extra[0]])}"


def _unknown(label, best, found):
    """Sentences on wrong numbers that no known mistake gives: by what factor they are wrong, and what says so."""
    pairs = []
    for right, result in zip(best, found):
        values = {} if isinstance(result, dict) else {name: value for name, value in result}
        pairs += [pair for name, value in right if name == label for pair in zip(_flat(value), _flat(values.get(name)))]
    ratios = [b / a for a, b in pairs if is_number(a) and is_number(b) and a]
    if len(ratios) == len(pairs) > 1 and ratios[0] and same([ratios[0]] * len(ratios), ratios):
        yield f"Every number of {label} is {ratios[0]:.6g} times the expected one."
    if label.startswith(("∂C", "δ")) and any(is_number(value) for _, value in pairs):
        yield "The expected number is the slope that the cost itself shows (gradcheck)."


def _flat(value):
    """The numbers in lists of lists, in a row; what is no list is a row of one."""
    return [number for item in value for number in _flat(item)] if isinstance(value, list) else [value]


def _remark(value, found):
    """What is to be said of a value that is none of the right kind."""
    if found is None and value is not None:
        return "; is a return missing, or left blank?"
    if isinstance(value, list) and isinstance(found, list) and len(value) != len(found):
        return f"; that is a list of {len(found)}, where one of {len(value)} is expected"
    if isinstance(value, list) != isinstance(found, list) and (is_number(found) or isinstance(found, list)):
        return "; a list is expected" if isinstance(value, list) else "; one number is expected, not a list"
    return ""


def brief(value: Any) -> str:
    """A value for a sentence, at most 120 characters of it."""
    text = value["type"] if isinstance(value, dict) and set(value) == {"type"} else repr(value)
    return text if len(text) <= 120 else text[:117] + "..."


# Answers that are no code.

def judged_answer(exercise: Exercise, seed: int, answer: Any) -> Verdict:
    """The Verdict on the answer of an exercise to predict, order or find."""
    if answer is None or answer == "":
        return Verdict(exercise.number, "blank", sentences=("There is no answer in it yet.",))
    if exercise.kind == "order":
        return _judged_order(exercise, seed, answer)
    values = workbook.drawn(exercise, seed)
    right: Any = exercise.right
    best = right(values)
    if exercise.kind == "find":
        return _judged_name(exercise, values, best, answer)
    if not is_number(answer):
        return Verdict(exercise.number, "wrong", (), (exercise.answer,),
                       (f"{exercise.answer} is {brief(answer)}; it must be a number",), "", "", exercise.page)
    precision = workbook.precision(exercise)
    if same(best, answer, *precision):
        return Verdict(exercise.number, "right", (exercise.answer,))
    # The right number stays a secret: the question would be answered.
    sentences: Tuple[str, ...] = (f"{exercise.answer} is not {brief(answer)}",)
    if _begins(best, answer):
        sentences = (f"{brief(answer)} is right as far as it goes: give more digits, and round the last one",)
    for known in exercise.known:
        if same(known.change(values), answer, *precision):
            return Verdict(exercise.number, "wrong", (), (exercise.answer,), sentences, known.name, known.says,
                           known.page)
    return Verdict(exercise.number, "wrong", (), (exercise.answer,), sentences, "", "", exercise.page)


def _begins(best, answer):
    """True where an answer has the digits that the right one begins with, two of them at least; rounded or cut off."""
    _, digits, exponent = Decimal(repr(answer)).as_tuple()
    return isinstance(exponent, int) and exponent < 0 and len(digits) > 1 and abs(best - answer) < 10.0 ** exponent


def _judged_name(exercise, values, best, answer):
    if answer == best:
        return Verdict(exercise.number, "right", (exercise.answer,))
    said = f"{exercise.answer} is not {brief(answer)}"
    if answer not in values["names"]:
        said = f"{exercise.answer} is {brief(answer)}; it must be one of {', '.join(values['names'])}"
    return Verdict(exercise.number, "wrong", (), (exercise.answer,), (said,), "", "", exercise.page)


def _judged_order(exercise, seed, answer):
    letters = [letter for letter, _ in workbook.lettered(exercise, seed)]
    wrong = Verdict(exercise.number, "wrong", (), ("order",), (), "", "", exercise.page)
    if not isinstance(answer, str) or not set(answer) <= set(letters) or len(set(answer)) < len(answer):
        return wrong._replace(sentences=(
            f"order is {brief(answer)}; it must be letters from A to {letters[-1]}, each at most once",))
    text = workbook.ordered(exercise, seed, answer)
    try:
        own = modules_for(exercise.number).run(text, exercise.file)
    except (SyntaxError, ValueError) as error:
        said = getattr(error, "msg", None) or str(error)
        return wrong._replace(sentences=(f"In this order it is no Python: {said}",))
    found = [{"error": type(result).__name__, "message": str(result)} if isinstance(result, Exception) else result
             for result in results(exercise, own)]
    return judged(exercise, found)
