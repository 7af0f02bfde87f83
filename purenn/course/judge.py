"""What is right in an answer, what is wrong, and which known mistake made the wrong numbers."""
from decimal import Decimal
from typing import Any, Dict, List, NamedTuple, Sequence, Tuple

from . import workbook
from .child import told
from .exercise import Exercise, Known, ways
from .general import general, of_error
from .shapes import Misshapen, apart, brief, flat, is_number, same
from .source import Outcome, expected, modules_for, results


class Verdict(NamedTuple):
    """What a check has found.

    ``status`` is right, wrong, blank (not begun), unfinished (what is written is right) or error (it could not be run).
    A part is one value that a probe gives; it is known by its label. ``right`` and ``wrong`` are the labels of the
    parts that are right and wrong; ``unreached`` are the labels of those not computed. ``sentences`` say what was
    found. ``mistake`` is the name of the known mistake, ``says`` is a sentence on it, and ``page`` is the page that
    explains it. ``printed`` is what the learner's file has printed.
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
    unreached: Tuple[str, ...] = ()


def judged(exercise: Exercise, found: List[Any], blank: Sequence[str] = ()) -> Verdict:
    """The Verdict on a file. ``found`` is what ``child.told`` made of each sample, ``blank`` lists blank functions."""
    still = [f"Still blank: {brief(list(blank))[1:-1]}."] if blank else []
    if blank and len(blank) >= len(exercise.answers):
        return Verdict(exercise.number, "blank", sentences=tuple(still))
    best = [outcome.parts for outcome in expected(exercise)]
    table = [_compared(right, result) for right, result in zip(best, found)]
    states = {label: [row.get(label, True) for row in table] for parts in best for label, _ in parts}
    wrong = tuple(label for label, state in states.items() if False in state)
    right = tuple(label for label, state in states.items() if all(state))
    unreached = tuple(label for label in states if label not in wrong + right)
    verdict = Verdict(exercise.number, "unfinished", right, wrong, tuple(still), page=exercise.page,
                      unreached=unreached)
    first = next((i for i, row in enumerate(table) if False in row.values()), None)
    if first is None:
        return verdict if unreached else Verdict(exercise.number, "right", right)
    sentences = [exercise.tried, *_shown(exercise, first, best[first], found[first]), *still]
    failed = _failed(table[first], found[first])
    known = named(exercise, found)
    if known is not None:
        failed = False
    elif failed:
        known = of_error(exercise, str(found[first].get("error")), str(found[first].get("message")))
    else:
        label = next(label for label, is_right in table[first].items() if is_right is False)
        known = general(exercise, [dict(parts) for parts in best], [_values(result) for result in found], label)
        sentences += _unknown(wrong[0], best, found) if wrong and not known else []     # not for an extra part
    verdict = verdict._replace(status="error" if failed else "wrong", sentences=tuple(sentences))
    return verdict._replace(mistake=known.name, says=known.says, page=known.page) if known else verdict


def _failed(row, result):
    """True where an error of Python is the first thing wrong in a sample."""
    label = next(label for label, is_right in row.items() if is_right is False)
    return isinstance(result, dict) and label not in _values(result)


def _values(result) -> Dict[str, Any]:
    """The parts of a sample that were reached."""
    return {label: value for label, value in (result["parts"] if isinstance(result, dict) else result)}


def _compared(right, result) -> Dict[str, Any]:
    """For each part, whether it is right; None if a blank or an error kept it from being reached.

    After an error, the first part that was not reached counts as wrong, or the last one if all were reached.
    """
    values = _values(result)
    stopped = isinstance(result, dict)
    row = {label: same(value, values[label]) if label in values else None if stopped else False
           for label, value in right}
    row.update({label: False for label in values if label not in row})
    if stopped and not result.get("blank"):
        row[next((label for label in row if row[label] is None), right[-1][0])] = False
    return row


def named(exercise: Exercise, found: List[Any]) -> "Known | None":
    """The known mistake that gives these numbers on every sample; None if there is none, or more than one."""
    matching = [known for known in exercise.known if any(
        matches(expected(exercise, known.name, way), found) for way in range(len(ways(known))))]
    return matching[0] if len(matching) == 1 else None


def matches(wrong: List[Outcome], found: List[Any]) -> bool:
    """True if the results of a mistake are those found, in every sample and part that was computed."""
    return len(wrong) == len(found) and all(_same_result(a, b) for a, b in zip(wrong, found))


def _same_result(a, b):
    if not isinstance(b, dict):
        return a.error is None and same(a.parts, b)
    if b.get("blank"):
        return same(a.parts[:len(b["parts"])], b["parts"])
    return a.error is not None and b.get("error") == type(a.error).__name__ and same(a.parts, b["parts"])


def _shown(exercise, place, right, result):
    """Sentences on the first thing wrong in a sample."""
    values = _values(result)
    yield f"sample {place + 1} of {len(exercise.samples)}: {brief(exercise.samples[place])}"
    for label, value in right:
        if label in values and not same(value, values[label]):
            place, value, other = apart(value, values[label])
            yield f"{label}{place}: expected {brief(value)}, found {brief(other)}{_remark(value, other)}"
            return
        if label not in values and isinstance(result, dict):
            break
        if label not in values:
            yield f"{label}: expected {brief(value)}, found nothing"
            return
    extra = [label for label in values if label not in dict(map(tuple, right))]
    if extra and "error" not in result:
        yield f"{extra[0]}: found {brief(values[extra[0]])}; nothing is expected here"
        return
    where = f"line {result['line']}: " if result.get("line") else ""
    kind = "" if result.get("error") == Misshapen.__name__ else f"{result.get('error')}: "
    yield f"{where}{kind}{result.get('message')}"


def _unknown(label, best, found):
    """Sentences on wrong numbers that no known mistake gives: by what factor they are wrong."""
    pairs: List[Tuple[Any, Any]] = []
    for right, result in zip(best, found):
        values = _values(result)
        for value in [value for name, value in right if name == label and name in values]:
            numbers, others = flat(value), flat(values[label])
            pairs += zip(numbers, others) if len(numbers) == len(others) else [(None, None)]
    ratios = [b / a for a, b in pairs if is_number(a) and is_number(b) and a]
    is_factor = len(ratios) == len(pairs) > 1 and ratios[0] != 0.0 and same([ratios[0]] * len(ratios), ratios)
    if is_factor and not same(1.0, ratios[0]):
        yield f"Every number of {label} is {ratios[0]:.6g} times the expected one."
    if label.startswith(("∂C", "δ")) and any(is_number(value) for _, value in pairs):
        yield "The expected number is the slope of the cost; gradcheck measures the same slope."


def _remark(value, found):
    """What is said of a value that is of the wrong kind or length; "" for others."""
    if found is None and value is not None:
        return "; is a return missing, or is a line with ... still there?"
    if isinstance(value, list) and isinstance(found, list) and len(value) != len(found):
        return f"; the length of that list is {len(found)}; {len(value)} is expected"
    if isinstance(value, list) != isinstance(found, list) and (is_number(found) or isinstance(found, list)):
        return "; a list is expected" if isinstance(value, list) else "; one number is expected, not a list"
    return ""


# Answers that are not code.

def judged_answer(exercise: Exercise, seed: int, answer: Any) -> Verdict:
    """The Verdict on the answer to an exercise of kind predict, order or find."""
    if answer is None or answer == "":
        return Verdict(exercise.number, "blank", sentences=("There is no answer in the file yet.",))
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
    # The right number is not shown: it would answer the question.
    sentences: Tuple[str, ...] = (f"{brief(answer)} is not the right {exercise.answer}",)
    for known in exercise.known:
        if same(known.change(values), answer, *precision):
            return Verdict(exercise.number, "wrong", (), (exercise.answer,), sentences, known.name, known.says,
                           known.page)
    if _begins(best, answer):
        sentences = (f"{brief(answer)} is right as far as it goes: give more digits, and round the last one",)
    elif answer != 0.0 and len(_digits(answer)) == 1 and "significant digits" in exercise.text:
        sentences = (f"{brief(answer)} has one significant digit: give at least three",)
    return Verdict(exercise.number, "wrong", (), (exercise.answer,), sentences, "", "", exercise.page)


def _begins(best, answer):
    """True where an answer is the right one rounded to fewer digits, or cut off; it must have at least two digits."""
    exponent = Decimal(repr(answer)).as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= 0 or len(_digits(answer)) < 2:
        return False
    unit = 10.0 ** exponent
    return abs(best - answer) <= 0.5 * unit or best * answer > 0.0 and 0.0 <= abs(best) - abs(answer) < unit


def _digits(answer):
    """The significant digits of a number as it is written."""
    return Decimal(repr(answer)).as_tuple().digits


def _judged_name(exercise, values, best, answer):
    if answer == best:
        return Verdict(exercise.number, "right", (exercise.answer,))
    said = f"{brief(answer)} is not the right {exercise.answer}"
    if answer not in values["names"]:
        said = f"{exercise.answer} is {brief(answer)}; it must be one of {', '.join(values['names'])}"
    return Verdict(exercise.number, "wrong", (), (exercise.answer,), (said,), "", "", exercise.page)


def _judged_order(exercise, seed, answer):
    letters = [letter for letter, _ in workbook.lettered(exercise, seed)]
    answer = "".join(answer.split()).upper() if isinstance(answer, str) else answer
    wrong = Verdict(exercise.number, "wrong", (), ("order",), (), "", "", exercise.page)
    if not isinstance(answer, str) or not set(answer) <= set(letters) or len(set(answer)) < len(answer):
        return wrong._replace(sentences=(
            f"order is {brief(answer)}; it must be a string, such as \"BAD\", of letters from A to {letters[-1]}, "
            "each at most once",))
    text = workbook.ordered(exercise, seed, answer)
    try:
        own = modules_for(exercise.number).run(text, exercise.file)
    except (SyntaxError, ValueError) as error:
        said = getattr(error, "msg", None) or str(error)
        return wrong._replace(sentences=(f"In this order the lines are not valid Python: {said}",))
    found = [told(result, exercise.file) for result in results(exercise, own)]
    for result in found:
        if isinstance(result, dict) and result["line"]:             # the learner sees these lines without numbers
            result["message"] += f", in {text.splitlines()[result['line'] - 1].strip()}"
            result["line"] = 0
    return judged(exercise, found)
