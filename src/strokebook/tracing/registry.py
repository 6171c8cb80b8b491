"""Registry of the tracing engines by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from strokebook.base.errors import UsageError
from strokebook.base.options import nearest
from strokebook.routing.route import RouteOptions
from strokebook.tracing.options import TraceOptions
from strokebook.tracing.tracer import Tracer

if TYPE_CHECKING:
    pass


def _autotrace(options: TraceOptions, _: RouteOptions) -> Tracer:
    from strokebook.tracing.autotrace_engine import AutotraceTracer

    return AutotraceTracer(options)


def _pen(options: TraceOptions, route: RouteOptions) -> Tracer:
    from strokebook.tracing.pen_engine import PenTracer

    return PenTracer(options, route)


COMPILING = "The tracer is being compiled, once: the first page takes about 20 seconds longer."

ENGINES: dict[str, Callable[[TraceOptions, RouteOptions], Tracer]] = {
    "pen": _pen,
    "autotrace": _autotrace,
}


def engine(
    name: str | None = None,
    options: TraceOptions | None = None,
    route: RouteOptions | None = None,
) -> Tracer:
    """The tracer called ``name`` (default: the one the options name).

    ``route`` is for engines that look for the pen's way themselves.

    Raises:
        UsageError: No engine of that name.
        StrokebookError: The engine's package is not installed.
    """
    options = options or TraceOptions()
    name = name or options.engine
    if name not in ENGINES:
        raise UsageError(f"There is no tracing engine {name!r}.", nearest(name, ENGINES))
    return ENGINES[name](options, route or RouteOptions())


def compiles_first(name: str) -> bool:
    """Whether an engine's first page has to wait for its code to be compiled."""
    if name != "pen":
        return False
    from strokebook.base.jit import is_kept
    from strokebook.tracing.skeleton.edges import trim_edges

    return not is_kept(trim_edges)  # among the last that a page needs
