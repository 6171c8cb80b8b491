"""Pickled lists of arrays, read as data: no name in a pickle is ever imported or called.

Old SketchRNN files hold their drawings as pickled numpy object arrays, and unpickling a stranger's
file runs whatever it asks for. Even numpy's own part in it trusts the file: a planted dtype state
makes it take raw bytes for object pointers. So this is a small stack machine of our own over
``pickletools.genops``, which knows the few operations such files are made of, and builds arrays
with ``numpy.frombuffer`` after checking every size.
"""

from __future__ import annotations

import pickletools
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

MAX_STEPS = 5_000_000  # operations of one pickle: about 400,000 drawings; bounds time and memory
# A list of arrays holds each array's bytes once (twice while text turns into bytes). A file in
# which many arrays share one content would unpack to far more than its size.
_SHARING = 3
_DTYPES = {f"{kind}{width}" for kind in "iu" for width in (1, 2, 4, 8)} | {"f2", "f4", "f8", "b1"}
_MULTIARRAY = ("numpy.core.multiarray", "numpy._core.multiarray")
_NUMERIC = ("numpy.core.numeric", "numpy._core.numeric")
_NAMES = {
    **{f"{m} _reconstruct": "array" for m in _MULTIARRAY},
    **{f"{m} scalar": "scalar" for m in _MULTIARRAY},
    **{f"{m} _frombuffer": "frombuffer" for m in _NUMERIC},
    "numpy ndarray": "ndarray",
    "numpy dtype": "dtype",
    "_codecs encode": "encode",
}


class PickleRefused(Exception):
    """The pickle is not a plain list of arrays; the message says what it asks for."""


@dataclass(frozen=True)
class _Name:
    """One of the names in _NAMES, as a token that can do nothing."""

    role: str


@dataclass
class _Type:
    """A dtype under construction: ``O`` or one of _DTYPES, and its byte order."""

    code: str
    order: str = "<"


@dataclass
class _Array:
    """An array under construction."""

    shape: tuple[int, ...] = ()
    type: _Type | None = None
    content: bytes | list[Any] = b""
    fortran: bool = False
    built: Any = field(default=None, repr=False)


class _Mark:
    """What MARK leaves on the stack."""


def load_objects(data: bytes, shape: tuple[int, ...], max_steps: int = MAX_STEPS) -> list[Any]:
    """The elements of a pickled object array of ``shape``, flat, in C order.

    Args:
        data: The pickle.
        shape: As the ``.npy`` header before it says.
        max_steps: Refuses pickles of more operations than this.

    Returns:
        Numeric arrays, and whatever plain numbers, texts and lists the pickle holds.

    Raises:
        PickleRefused: Another name, operation or size than such an array has, or a cut-off pickle.
    """
    try:
        result = _run(data, max_steps)
        if not isinstance(result, _Array) or result.type is None or result.type.code != "O":
            raise PickleRefused("it is not an array of drawings")
        if result.shape != shape:
            raise PickleRefused(f"its shape {result.shape} is not that of its header, {shape}")
        return _flat(result)
    except (ValueError, IndexError, KeyError, TypeError, struct.error, OverflowError) as error:
        raise PickleRefused("it is cut off or damaged") from error


def _run(data: bytes, max_steps: int) -> Any:
    """What the pickle leaves on top of the stack."""
    machine = _Machine(room=_SHARING * len(data) + 4096)
    for step, (operation, value, _) in enumerate(pickletools.genops(data)):
        if step >= max_steps:
            raise PickleRefused(f"it has more than {max_steps:,} operations")
        machine.do(operation.name, value)
    return machine.stack.pop()


def _flat(array: _Array) -> list[Any]:
    """The elements of an object array in C order, arrays among them built."""
    content = [_plain(x) for x in array.content]
    if array.fortran and len(array.shape) > 1:
        order = np.arange(len(content)).reshape(array.shape, order="F").ravel()
        content = [content[k] for k in order]
    return content


def _plain(value: Any) -> Any:
    if not isinstance(value, _Array):
        return value
    if value.built is None:
        value.built = _numeric(value)
    return value.built


def _numeric(array: _Array) -> Any:
    """A numeric array as numpy, or the list of an object array's own plain elements."""
    if array.type is None:
        raise PickleRefused("an array in it has no type")
    if array.type.code == "O":
        # One level is enough for a drawing; arrays inside it would let a file nest without end.
        if any(isinstance(x, _Array) for x in array.content):
            raise PickleRefused("arrays are nested in it more deeply than drawings are")
        values = np.empty(len(array.content), object)
        for k, value in enumerate(array.content):  # never `values[:]`, which unpacks lists
            values[k] = value
        return values.reshape(array.shape, order="F" if array.fortran else "C")
    if not isinstance(array.content, bytes):
        raise PickleRefused("an array in it has no bytes")
    dtype = np.dtype(array.type.order + array.type.code)
    if _count(array.shape) * dtype.itemsize != len(array.content):
        raise PickleRefused(f"an array in it has not the size of its shape {array.shape}")
    flat: npt.NDArray[Any] = np.frombuffer(array.content, dtype)
    return flat.reshape(array.shape, order="F" if array.fortran else "C")


def _count(shape: Sequence[int]) -> int:
    product = 1
    for side in shape:
        product *= side
    return product


def _shape(value: Any) -> tuple[int, ...]:
    if not isinstance(value, tuple) or len(value) > 4:
        raise PickleRefused("an array in it has a shape that no drawing has")
    if any(not isinstance(side, int) or side < 0 for side in value):
        raise PickleRefused("an array in it has a shape that no drawing has")
    return value


def _bytes(value: Any) -> bytes:
    """Bytes as any protocol writes them; Python 2 wrote them as text, which is latin-1 here."""
    if isinstance(value, str):
        return value.encode("latin-1")  # UnicodeEncodeError is a ValueError: "damaged"
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    raise TypeError


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


class _Machine:
    """The stack machine: one method per kind of operation."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def do(self, name: str, value: Any) -> None:
        """Carry out one operation of a pickle."""
        if name in _PUSH:
            self.stack.append(value)
        elif name in _PUT:
            self.memo[int(value)] = self.stack[-1]
        elif name in _GET:
            self.stack.append(self.memo[int(value)])
        elif (action := _ACTIONS.get(name)) is not None:
            action(self)
        elif name == "GLOBAL":
            self.name(str(value))
        elif name not in {"PROTO", "FRAME", "STOP"}:
            raise PickleRefused(f"it asks for {name}, which lists of drawings never need")

    def name(self, full: str) -> None:
        role = _NAMES.get(full)
        if role is None:
            raise PickleRefused(f"it asks to run {full.replace(' ', '.')!r}")
        self.stack.append(_Name(role))

    def stack_name(self) -> None:
        name, module = self.stack.pop(), self.stack.pop()
        self.name(f"{module} {name}")

    def since_mark(self) -> list[Any]:
        at = len(self.stack) - 1
        while not isinstance(self.stack[at], _Mark):  # IndexError past the bottom: "damaged"
            at -= 1
        items = self.stack[at + 1 :]
        del self.stack[at:]
        return items

    def pop(self) -> None:
        self.stack.pop()

    def top(self, n: int) -> None:
        items = tuple(self.stack[-n:])
        if len(items) < n:
            raise IndexError
        self.stack[-n:] = [items]

    def appends(self) -> None:
        items = self.since_mark()
        self.extend(self.stack[-1], items)

    def append(self) -> None:
        item = self.stack.pop()
        self.extend(self.stack[-1], [item])

    @staticmethod
    def extend(target: Any, items: list[Any]) -> None:
        if not isinstance(target, list):
            raise TypeError
        target.extend(items)

    def reduce(self) -> None:
        arguments, callee = self.stack.pop(), self.stack.pop()
        if not isinstance(callee, _Name) or callee.role not in _BUILDERS:
            raise PickleRefused("it asks to run something that is not numpy's")
        if callee.role in {"encode", "frombuffer"}:
            self.charge(arguments[0])
        self.stack.append(_BUILDERS[callee.role](*arguments))

    def charge(self, content: Any) -> None:
        """Take the length of what is about to be stored from the room that the file's size gives.

        Raises:
            PickleRefused: There is none left.
        """
        self.room -= len(content)
        if self.room < 0:
            raise PickleRefused("it unpacks to many times its size")

    def build(self) -> None:
        state, target = self.stack.pop(), self.stack[-1]
        if isinstance(target, _Type):
            # (version, order, ...): nothing else of a dtype's state is believed.
            target.order = ">" if _text(state[1]) == ">" else "<"
        elif isinstance(target, _Array):
            _, shape, kind, fortran, content = state
            self.charge(content)
            _fill(target, _shape(shape), kind, content)
            target.fortran = bool(fortran)
        else:
            raise PickleRefused("it sets the state of something that is not numpy's")


def _fill(target: _Array, shape: tuple[int, ...], kind: Any, content: Any) -> None:
    if not isinstance(kind, _Type):
        raise TypeError
    if kind.code == "O" and not (isinstance(content, list) and len(content) == _count(shape)):
        raise PickleRefused("an array in it has not the size of its shape")
    target.shape, target.type = shape, kind
    target.content = list(content) if kind.code == "O" else _bytes(content)


def _make_type(code: Any, *_: Any) -> _Type:
    name = _text(code)
    order = ">" if name[:1] == ">" else "<"
    plain = name.lstrip("<>=|")
    if plain in {"O", "O4", "O8"}:
        return _Type("O")
    if plain not in _DTYPES:
        raise PickleRefused(f"it holds values of type {plain[:20]!r}, not numbers")
    return _Type(plain, order)


def _make_scalar(kind: Any, content: Any) -> Any:
    if not isinstance(kind, _Type) or kind.code == "O":
        raise TypeError
    return np.frombuffer(_bytes(content), kind.order + kind.code, count=1)[0]


def _make_buffer(content: Any, kind: Any, shape: Any, order: Any) -> _Array:
    if not isinstance(kind, _Type) or kind.code == "O":
        raise TypeError
    return _Array(_shape(shape), kind, _bytes(content), _text(order) == "F")


_BUILDERS: dict[str, Callable[..., Any]] = {
    "array": lambda *_: _Array(),
    "scalar": _make_scalar,
    "frombuffer": _make_buffer,
    "dtype": _make_type,
    "encode": lambda text, *_: _bytes(text),
}
_PUSH = {
    *("BININT", "BININT1", "BININT2", "INT", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
    *("STRING", "BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8"),
    *("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BYTEARRAY8"),
}
_PUT = {"PUT", "BINPUT", "LONG_BINPUT"}
_GET = {"GET", "BINGET", "LONG_BINGET"}
_ACTIONS: dict[str, Callable[[_Machine], None]] = {
    "NONE": lambda m: m.stack.append(None),
    "NEWTRUE": lambda m: m.stack.append(True),
    "NEWFALSE": lambda m: m.stack.append(False),
    "EMPTY_LIST": lambda m: m.stack.append([]),
    "EMPTY_TUPLE": lambda m: m.stack.append(()),
    "MARK": lambda m: m.stack.append(_Mark()),
    "LIST": lambda m: m.stack.append(m.since_mark()),
    "TUPLE": lambda m: m.stack.append(tuple(m.since_mark())),
    "TUPLE1": lambda m: m.top(1),
    "TUPLE2": lambda m: m.top(2),
    "TUPLE3": lambda m: m.top(3),
    "APPEND": _Machine.append,
    "APPENDS": _Machine.appends,
    "REDUCE": _Machine.reduce,
    "BUILD": _Machine.build,
    "STACK_GLOBAL": _Machine.stack_name,
    "MEMOIZE": lambda m: m.memo.__setitem__(len(m.memo), m.stack[-1]),
    "POP": _Machine.pop,
}
