"""Chapter 14: the tape, automatic differentiation."""
from ...study import tape
from ..exercise import Chapter, Exercise, Known
from ..pages import TAPE, TAPE_MISTAKES
from ..shapes import Misshapen, brief, left_out, listed, plain


def draw_factors(rng):
    """Two numbers, a and b, and z."""
    a, b = (rng.choice((-1, 1)) * rng.randint(11, 39) / 10 for _ in range(2))
    return {"a": a, "b": b, "z": round(a * b + a, 6)}


def slope_by_the_tape(values):
    """∂C/∂a, as the tape has it."""
    a, b = tape.Value(values["a"]), tape.Value(values["b"])
    z = a * b + a
    (z * z).backward()
    return a.grad


PREDICT = Exercise(
    "14.1", "predict", "slope_in_a_graph", "What is the slope of C if a number is used twice?", """\
So far you have derived each slope by hand, formula by formula. A program can do that for any formula. It
takes the calculation apart into single steps, and each step has slopes that are easy to know:

    c = a + b           ∂c/∂a = 1, ∂c/∂b = 1
    c = a·b             ∂c/∂a = b, ∂c/∂b = a

The record of the steps is called a tape. The program goes back through it from the last result, C.
The slope of C with respect to a number v is a sum over all uses of v. For each use, the slope of C
with respect to the result of that use is multiplied by the slope of that result with respect to v:

    ∂C/∂v = Σ ∂C/∂use · ∂use/∂v                             the chain rule

Here a = {a} and b = {b}, and the steps are

    p = a·b
    z = p + a           z = {z}
    C = z·z

Work out ∂C/∂a, to four digits after the point.""",
    TAPE, ("z is used twice, in both places of z·z: ∂C/∂z = z + z.",
           "a is used twice, in p and in z: ∂C/∂a = ∂C/∂p·b + ∂C/∂z·1, and ∂C/∂p = ∂C/∂z."),
    (Known("gradient-overwritten", "One use of z and one of a are lost; the parts must be added.", TAPE_MISTAKES,
           lambda v: v["z"] * v["b"]),
     Known("one-use-of-z", "z is used twice in z·z, so that ∂C/∂z is z + z.", TAPE_MISTAKES,
           lambda v: v["z"] * (v["b"] + 1.0)),
     Known("use-in-the-sum-lost", "This is the part from p = a·b alone; a is used in z = p + a, too.", TAPE_MISTAKES,
           lambda v: 2.0 * v["z"] * v["b"]),
     Known("use-in-the-product-lost", "This is the part from z = p + a alone; a is used in p = a·b, too.",
           TAPE_MISTAKES, lambda v: 2.0 * v["z"]),
     Known("product-slopes-swapped", "∂(a·b)/∂a must be b, not a.", TAPE, lambda v: 2.0 * v["z"] * (v["a"] + 1.0)),
     Known("slope-of-z", "This is ∂z/∂a; it must be multiplied by ∂C/∂z.", TAPE, lambda v: v["b"] + 1.0)),
    draw=draw_factors, right=slope_by_the_tape, answer="slope")


def graph(own, nodes):
    """Values made from a list of nodes: a number, the indices of its parents, its slopes with respect to them."""
    values: list = []
    for data, parents, slopes in nodes:
        values.append(own.Value(data, tuple(values[i] for i in parents), tuple(slopes)))
    return values


GRAPH = "A test case is a list of Values, each with its number, the indices of its parents, and its slopes; "
C_IS_Z_Z = ((3.0, (), ()), (2.0, (), ()), (6.0, (0, 1), (2.0, 3.0)), (9.0, (2, 0), (1.0, 1.0)),
            (81.0, (3, 3), (9.0, 9.0)))                                 # a, b, p = a·b, z = p + a, C = z·z
TWO_WAYS = ((0.5, (), ()), (2.0, (0,), (4.0,)), (7.0, (), ()), (-3.0, (1,), (-1.5,)))
EQUAL_NUMBERS = ((3.0, (), ()), (3.0, (), ()), (9.0, (0, 1), (3.0, 3.0)))
GRAPHS = (((2.0, (), ()), (4.0, (0, 0), (2.0, 2.0))), C_IS_Z_Z, EQUAL_NUMBERS,
          TWO_WAYS + ((-6.0, (1, 3), (-3.0, 2.0)),), TWO_WAYS + ((-6.0, (3, 1), (2.0, -3.0)),))


def probe_order(own, sample):
    """What is in the order, and whether each Value is after its parents: there is more than one right order."""
    values = graph(own, sample)
    values[-1].order()                                      # this call must not change the next one
    order = listed("order", values[-1].order())
    places = [next((i for i, value in enumerate(values) if value is found), "none of them") for found in order]
    early = [i for place, i in enumerate(places) if type(i) is int and not set(sample[i][1]) <= set(places[:place])]
    return [("the places of the Values listed, sorted", ", ".join(sorted(map(str, places)))),
            ("the last one", places[-1:]),
            ("those that come before one of their parents", sorted(early))]


# Changes: a Value is listed when it is found; the parents are visited as a recursive function visits them;
# seen has the numbers, not the Values.
FIRST_PARENT_FIRST = ("in value.parents:", "in reversed(value.parents):")
LISTED_REVERSED = (("stack.append((value, True))", "order.append(value)"), ("return order", "return order[::-1]"))
BY_NUMBER = (("elif value not in seen:", "elif value.data not in seen:"), ("seen.add(value)", "seen.add(value.data)"))

ORDER = Exercise(
    "14.2", "write", "topological_order", "Put a graph in order", """\
The steps of a calculation make a graph. A Value is a number in this graph. Its data is the number,
and its parents are the Values that it was directly made from. (14.4 makes such Values with + and ·.)

In the backward pass, ∂C/∂v of a Value v must be complete before it is passed on to the parents. So
all Values that C was made from, directly or through others, are put in order: each of them once,
each after all its parents, and C itself last. That is a topological order. More than one may be
right; any of them will do.

One way is a depth-first search. To visit a Value: if it has been seen, nothing is to be done. Otherwise
mark it as seen, visit its parents, and when all of them are in the order, append it. It can be
written as a function that calls itself. (Python limits how deep such calls can be; the graphs here
are not that deep.)""",
    TAPE, ("order = []; seen = set(); and a function visit(value) inside, which calls itself for each parent.",
           "In visit: if value not in seen: seen.add(value); then a loop over value.parents; then "
           "order.append(value). At the end visit(self), and return order."),
    (Known("children-first", "The order is the other way round: each Value stands before its parents.", TAPE,
           [("return order", "return order[::-1]"), (("return order", "return order[::-1]"), FIRST_PARENT_FIRST)]),
     Known("listed-when-found", "A Value is listed when it is found, before its parents; it must come after them.",
           TAPE, [("stack.append((value, True))", "order.append(value)"),
                  (("stack.append((value, True))", "order.append(value)"), FIRST_PARENT_FIRST)]),
     Known("listed-when-found-reversed", "Values are listed when they are found, and the list is reversed: a "
           "parent that is found early then comes after what is made from it.", TAPE,
           [LISTED_REVERSED, (*LISTED_REVERSED, FIRST_PARENT_FIRST)]),
     Known("direct-parents-only", "Only C and its own parents are listed; the parents of those are missing.", TAPE,
           ("return order", "return [*self.parents, self]")),
     Known("seen-is-kept", "seen is kept from one call of order() to the next: all Values then count as seen.", TAPE,
           ("seen = set()", "seen = self.__dict__.setdefault('seen', set())")),
     Known("listed-twice", "A Value that is used twice is listed twice.", TAPE, ("elif value not in seen:", "else:")),
     Known("seen-by-number", "A Value is taken as seen if another has the same number; put the Value itself into "
           "seen, not its number.", TAPE, [BY_NUMBER, (*BY_NUMBER, FIRST_PARENT_FIRST)]),
     Known("itself-left-out", "The Value itself is not in the order; it must be the last.", TAPE,
           [("return order", "return order[:-1]"), (("return order", "return order[:-1]"), FIRST_PARENT_FIRST)]),
     Known("without-parents-left-out", "The Values without parents are left out; the parameters are among them.", TAPE,
           ("elif value not in seen:", "elif value.parents and value not in seen:"))),
    tried=GRAPH + "order() is called on the last one.",
    code='''\
class Value:
    """A number (data), the Values it was directly made from (parents), and its slopes with respect to them."""

    def __init__(self, data, parents=(), slopes=(), operation=""):
        self.data = data
        self.grad = 0.0
        self.parents, self.slopes, self.operation = parents, slopes, operation

    def order(self):
        """A list of all Values this one depends on, each once and after its parents; itself last."""
        ...
''', answers={"Value.order": tape.Value.order}, module="tape_order", names=("Value",), probe=probe_order,
    samples=GRAPHS)


def probe_backward(own, sample):
    """Every gradient, and every gradient after a second backward()."""
    values = graph(own, sample)
    returned = values[-1].backward()
    yield "∂C/∂v of each Value v", [value.grad for value in values]
    yield "backward() returns", returned
    values[-1].backward()
    yield "the same after a second backward()", [value.grad for value in values]


SUMS = "parent.grad += value.grad * slope"
PAIRS = "zip(value.parents, value.slopes)"
BACKWARD = Exercise(
    "14.3", "write", "tape_backward", "Go back through the graph", """\
Now the chain rule. For C and each Value v that it depends on, C.backward() sets v.grad to ∂C/∂v:

    ∂C/∂C      = 1
    ∂C/∂parent = Σ ∂C/∂child · ∂child/∂parent     over its children, which are made directly from it

First set grad to 0 in C and in all the Values it depends on, so that nothing of an earlier
backward() is left. Then go through the order of 14.2, from C back. When a Value's turn comes, every
Value made from it has had a turn, so the Value's grad is complete. Then, for each parent, multiply
the Value's grad by its slope for that parent, and add the product to the parent's grad. parents and
slopes have the same length. A parent may be in parents twice.

(The class inherits the method order() of 14.2 from Ordered.)""",
    TAPE, ("order = self.order(); clear; self.grad = 1.0; then a loop over reversed(order).",
           "In it: for parent, slope in zip(value.parents, value.slopes), parent.grad += value.grad * slope."),
    (Known("gradient-overwritten", "The gradient is assigned where it must be added: if a Value is used twice, "
           "one use is lost.", TAPE_MISTAKES, (SUMS, SUMS.replace("+=", "="))),
     Known("no-topological-order", "A gradient is passed on as soon as a part of it arrives, before it is complete: "
           "the first part is passed on twice.", TAPE_MISTAKES,
           (("for value in reversed(order):", "def push(value):"), (SUMS, SUMS + "; push(parent)"),
            ("# ∂C/∂child · ∂child/∂parent", "\n        push(self)"))),
     Known("from-the-parents-on", "Only the parents of C get a gradient: the loop goes through C alone, or through the "
           "order from its front; it must begin with C, at the end of the order.", TAPE, ("reversed(order)", "order")),
     Known("gradients-not-cleared", "The gradients of an earlier backward() are still there when new ones are added.",
           TAPE, ("value.grad = 0.0", "pass")),
     Known("begins-with-zero", "grad of C is 0, so nothing is passed on; it must be 1. Is it set before all "
           "are cleared?", TAPE, ("self.grad = 1.0", "pass")),
     Known("begins-with-the-cost", "grad of C is set to C; it must be 1, since ∂C/∂C is 1.", TAPE,
           ("self.grad = 1.0", "self.grad = self.data")),
     Known("without-the-slope", "The slope of the step is left out.", TAPE, ("+= value.grad * slope", "+= value.grad")),
     Known("slope-alone", "The slope is added alone, or times the grad of C, which is 1; it must be multiplied by "
           "value.grad.", TAPE, ("+= value.grad * slope", "+= slope")),
     Known("number-for-slope", "The parent's own number is taken instead of the slope.", TAPE,
           ("+= value.grad * slope", "+= value.grad * parent.data")),
     Known("parent-counted-once", "A parent that is in parents twice gets only the last of its two terms. Are the "
           "slopes put into a dict?", TAPE, (PAIRS, f"dict({PAIRS}).items()")),
     Known("first-slope-twice", "A parent that is in parents twice gets the same slope both times: index() finds only "
           "the first place.", TAPE, ("value.grad * slope", "value.grad * value.slopes[value.parents.index(parent)]")),
     Known("nothing-handed-on", "Nothing arrives at the parents of C. Is C in the loop? Do you add to parent.grad? "
           "Is each grad cleared only before the loop?", TAPE, ("reversed(order)", "reversed(order[:-1])"))),
    tried=GRAPH + "C is the last.",
    code='''\
from tape_order import Value as Ordered


class Value(Ordered):
    """A number that knows what it was made from, and can go back through it."""

    def backward(self):
        """Set v.grad to ∂C/∂v for each Value v that this Value C depends on, and for C itself."""
        ...
''', answers={"Value.backward": tape.Value.backward}, module="tape_backward", names=("Value",), probe=probe_backward,
    samples=(*GRAPHS, ((3.0, (), ()), (-6.0, (0, 0), (1.0, -3.0)))))


def probe_operations(own, sample):
    """The result and the slopes of each operation; and a calculation that uses all, on Values and numbers."""
    a, b = own.Value(sample[0]), own.Value(sample[1])
    for name, make in (("a + b", lambda: a + b), ("a − b", lambda: a - b), ("a·b", lambda: a * b)):
        a.grad = b.grad = 0.0
        made = make()
        if not hasattr(made, "slopes"):
            raise Misshapen(f"{name} must return a Value; it returned {brief(plain(made))}{left_out(made)}")
        yield name, made.data
        made.backward()
        yield f"∂({name})/∂a and ∂({name})/∂b", [a.grad, b.grad]
    cost = (2.0 * a + b * 0.5) * a - b * b - 1.5 + (b + 0.25)
    cost.backward()
    yield "C = (2·a + b·0.5)·a − b·b − 1.5 + (b + 0.25)", cost.data
    yield "∂C/∂a and ∂C/∂b", [a.grad, b.grad]


PRODUCT = "(b.data, a.data)"
OPERATIONS = Exercise(
    "14.4", "write", "operations", "Write the operations with their slopes", """\
In Python, a + b calls a.__add__(b), a - b calls a.__sub__(b), and a * b calls a.__mul__(b). So a
class can define what +, - and * mean. Here each method computes a number and returns a new Value
that holds it, with its parents and the slopes of the number with respect to each:

    Value(number, (a, b), (∂number/∂a, ∂number/∂b), "+")

The last argument is a name for the operation; any text will do. The slopes are numbers, not Values:
take a.data and b.data. a is self. b is other, which may be a plain number, as in a + 1.5. So each
method begins with this line, which makes a Value of a number: a, b = self, _value(other)

With that, whatever is computed from Values by these operations can be differentiated:

    w, x, b = Value(0.5), Value(2.0), Value(-0.25)
    z = w * x + b
    C = z * z
    C.backward()                # w.grad is now 3.0""",
    TAPE, ("Each has two lines. The first is: a, b = self, _value(other). The second is: return Value(...).",
           "The slopes are 1 and 1 for a + b, 1 and −1 for a − b, b and a for a·b."),
    (Known("product-slopes-swapped", "∂(a·b)/∂a is b, and ∂(a·b)/∂b is a.", TAPE,
           (PRODUCT, "(a.data, b.data)")),
     Known("product-slopes-of-a-sum", "The slopes of a·b are those of a sum, 1 and 1; they must be b and a.", TAPE,
           (PRODUCT, "(1.0, 1.0)")),
     Known("sum-slopes-of-a-product", "The slopes of a + b are those of a product, b and a; they must be 1 and 1.",
           TAPE, ("(1.0, 1.0)", PRODUCT)),
     Known("difference-slopes-of-a-sum", "∂(a − b)/∂b is −1.", TAPE, ("(1.0, -1.0)", "(1.0, 1.0)")),
     Known("difference-slopes-swapped", "∂(a − b)/∂a is 1, and ∂(a − b)/∂b is −1.", TAPE,
           ("(1.0, -1.0)", "(-1.0, 1.0)")),
     Known("second-parent-left-out", "b gets no slope from a·b or a + b: is it among the parents, and its slope among "
           "the slopes?", TAPE, [(f"(a, b), {PRODUCT}", "(a,), (b.data,)"), ("(a, b), (1.0, 1.0)", "(a,), (1.0,)")]),
     Known("slopes-are-values", "The slopes of a·b are Values; they must be numbers, b.data and a.data.", TAPE,
           (PRODUCT, "(b, a)")),
     Known("one-factor-twice", "Both slopes of a·b are the same; they must be b and a.",
           TAPE, [(PRODUCT, "(b.data, b.data)"), (PRODUCT, "(a.data, a.data)")]),
     Known("sum-for-difference", "a − b is computed as a + b.", TAPE,
           [("a.data - b.data", "a.data + b.data"), (("a.data - b.data", "a.data + b.data"),
                                                       ("(1.0, -1.0)", "(1.0, 1.0)"))])),
    tried="A test case is a and b.",
    code='''\
from tape_backward import Value as Graph


class Value(Graph):
    """A number that remembers what it was computed from."""

    def __add__(self, other):
        """self + other, a Value."""
        ...

    def __sub__(self, other):
        """self − other, a Value."""
        ...

    def __mul__(self, other):
        """self · other, a Value."""
        ...

    __radd__, __rmul__ = __add__, __mul__           # number + Value, number · Value


def _value(number):
    return number if isinstance(number, Value) else Value(float(number))
''', answers={"Value.__add__": tape.Value.__add__, "Value.__sub__": tape.Value.__sub__,
              "Value.__mul__": tape.Value.__mul__}, module="tape", names=("Value",), probe=probe_operations,
    samples=((3.0, 2.0), (-1.5, 0.5), (0.25, -4.0)))

CHAPTER = Chapter(14, "The tape: automatic differentiation", "From the slopes of single steps, a program computes "
                  "the gradients of any calculation.", (PREDICT, ORDER, BACKWARD, OPERATIONS))
