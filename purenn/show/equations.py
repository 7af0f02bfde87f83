"""What an event of a recording does, in numbers: its formula with six digits, its result, and values in short."""
import re

from ..study.recording import Recording
from ..study.walking import calling_line, calls, formula_at_return, over, question

LIST_SHOWN = 4                                              # entries of a list in a formula


def digits(value, places: int = 6) -> str:
    """A value of a recording in short.

    >>> digits(0.1), digits(-0.23456789), digits({"float": "nan"}), digits({"text": "Sigmoid()"})
    ('0.1', '-0.234568', 'nan', 'Sigmoid()')
    """
    if isinstance(value, dict):
        (kind, inside), = value.items()
        if kind == "tuple":
            return f"({', '.join([digits(part, places) for part in inside])})"
        return f"list {inside}" if kind == "list" else str(inside)
    if type(value) is float:
        text = repr(value)
        return text if len(text) <= places + 2 else f"{value:.{places}g}"
    return str(value)


def shown_value(recording: Recording, state, value, places: int = 6, most: int = LIST_SHOWN) -> str:
    """A value as text; for a list, its name, if it has one, and its entries."""
    if isinstance(value, dict) and "list" in value:
        name = recording.names.get(value["list"], "")
        return f"{name} {_entries(recording, state, value['list'], places, most)}".strip()
    if isinstance(value, dict) and "tuple" in value:
        return f"({', '.join([shown_value(recording, state, part, places, most) for part in value['tuple']])})"
    return digits(value, places)


def _entries(recording, state, number, places, most, depth=0):
    found = []
    entries = state.lists.get(number, [])
    for value in entries[:most]:
        if isinstance(value, dict) and "list" in value:
            name = recording.names.get(value["list"])
            value = name if name else "[…]" if depth else _entries(recording, state, value["list"], places, most, 1)
            found.append(value)
        else:
            found.append(digits(value, places))
    return f"[{', '.join(found)}{', …' if len(entries) > most else ''}]"


def shown_formula(recording: Recording, state, formula: str) -> str:
    """A formula as text: numbers with six digits, · for times, lists by their names."""
    def of_list(match):
        number = int(match.group(1))
        return recording.names.get(number) or _entries(recording, state, number, 4, LIST_SHOWN)

    formula = re.sub(r"(?<![\w.])\d+\.\d+(?:e[-+]\d+)?|(?<![\w.])\d+e[-+]\d+",
                     lambda match: digits(float(match.group())), formula)
    return re.sub(r"#(\d+)", of_list, formula.replace(" * ", "·"))


def equation(recording: Recording, number: int, hidden: bool = False, ahead: bool = True) -> list:
    """What an event does, in words and numbers: its lines; at a return, also the line that called, and its result.

    ``hidden`` leaves out the formula and the result. Without ``ahead`` the result of a line that calls is left out as
    long as the call has not returned.
    """
    event = recording.events[number]
    asked = question(recording, number) if hidden else None
    asks = [f"{asked.name} = ?"] if asked else []
    if event.kind == "line":
        return asks or _line(recording, number, (ahead and not hidden) or not calls(recording, number))
    named = recording.functions[event.function]
    name = named.name if "." in named.name else f"{named.file.rpartition('/')[2][:-3]}.{named.name}"
    if event.kind == "call":
        return [f"{name} is called"]
    said = [f"{name} returns {_result(recording, number) or 'nothing'}"]
    line = calling_line(recording, number)
    if line is None or recording.events[line].result is None:
        return said
    if asked:
        return [*said, recording.source_line(line).partition("  # ")[0].strip(), *asks]
    return said + _line(recording, line, formula=formula_at_return(recording, number))


def _result(recording, number):
    """The result of an event in short, as it is once the event is over; None where there is none."""
    value = recording.events[number].result
    return None if value is None else shown_value(recording, recording.state(over(recording, number)), value)


def _line(recording, number, has_result=True, formula=None):
    """A line with its numbers, as ``formula`` has them, and, if ``has_result``, its result."""
    event, state = recording.events[number], recording.state(number)
    result = _result(recording, number) if has_result else None
    if event.target is None:
        return [shown_formula(recording, state, event.formula)] if event.formula else []
    if event.target in ("if", "while"):
        return [shown_formula(recording, state, event.formula) + (f": {result}" if result else "")]
    if event.formula is None:
        if event.target == "return":
            return ["return"]
        return [f"next: {event.target} = {result}" if result else "the loop ends"] if has_result else []
    formula = shown_formula(recording, state, formula or event.formula)
    left = event.target + (" " if event.target == "return" else " = ")
    if result is None or formula == result or formula == recording.names.get(list_number(event.result)):
        return [left + formula + (_quantity(recording, number) if formula == result else "")]
    return [left + formula, " " * max(0, len(left) - 2) + "= " + result + _quantity(recording, number)]


def list_number(value) -> int:
    """The number of the list, if the value is a list; otherwise −1."""
    return value.get("list", -1) if isinstance(value, dict) else -1


def _quantity(recording, number):
    """The full name of the one entry that a line changes: its place in the network."""
    found = [(key, index, change[index]) for key, change in recording.events[over(recording, number)].lists.items()
             if key in recording.names and isinstance(change, dict) for index in change]
    if len(found) != 1:
        return ""
    key, index, value = found[0]
    name, slope = recording.names[key], _slope_of(recording, recording.names[key], index)
    if slope and value != recording.state(len(recording) - 1).lists[key][index]:
        slope += ", so far"                                 # other neurons add to it
    return f"   ({name}[{index}]{slope})"


def _slope_of(recording, name, index):
    """The number that an entry of ``input_grad`` is the slope of: an output of the layer before."""
    match = re.match(r"(\d+)\.input_grad\Z|output_grad\Z", name)
    if not match:
        return ""
    before = int(match.group(1) or len(recording.about["layers"])) - 1
    if before < 0:
        return f": ∂C/∂ x[{index}]"
    delta = f"δ of layer {before}, " if recording.about["layers"][before].startswith("Linear(") else ""
    return f": {delta}∂C/∂ {before}.output[{index}]"


def symbols(recording: Recording, number: int) -> list:
    """The formula of the derivation, which stands in the comment of a line."""
    line = recording.source_line(number)
    return [line.partition("  # ")[2].strip()] if "  # " in line and recording.events[number].kind == "line" else []
