"""Recorded results as files, the machine they were recorded on, and how two of them compare.

python tests/golden/recording.py                  # record anew, into tests/golden/recordings
python tests/golden/recording.py --into FOLDER    # elsewhere (see README.md)
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
import torch
from results import RESULTS, Result, compute
from threadpoolctl import threadpool_info

HERE = Path(__file__).resolve().parent
RECORDINGS = HERE / "recordings"
PACKAGES = ("numpy", "scipy", "opencv-python-headless", "pillow", "numba", "scikit-learn")
# A digit that another processor may round otherwise. Elsewhere figures may differ by these shares
# of themselves (README.md says what was measured); a step's error grows with every later step.
TOLERANCE = {
    "traces": 0.05,  # a crossing decided otherwise moves a whole stroke
    "real_pages": 0.05,
    "data_sets": 0.01,
    "training": 0.03,
    "number_types": 0.05,
    "samples": 0.25,
    "evaluation": 0.05,
}


def fingerprint() -> dict[str, str]:
    """What decides the last digit of a float: processor, kernels, versions."""
    blas = [i for i in threadpool_info() if "numpy" in i["filepath"] and i["user_api"] == "blas"]
    return {
        "machine": f"{platform.system()} {platform.machine()}",
        "torch": f"{torch.__version__} {torch.backends.cpu.get_cpu_capability()}",
        "number types": ", ".join(_number_types()) or "fp32 alone",
        "numba's processor": os.environ.get("NUMBA_CPU_NAME") or llvm.get_host_cpu_name(),
        "numpy's BLAS": " ".join(f"{i['internal_api']} {i.get('architecture')}" for i in blas),
        "OPENBLAS_CORETYPE": os.environ.get("OPENBLAS_CORETYPE", ""),
        "packages": " ".join(f"{name} {version(name)}" for name in PACKAGES),
    }


def _number_types() -> list[str]:
    checks = {
        "bf16": "_is_avx512_bf16_supported",
        "bf16 tiles": "_is_amx_tile_supported",
        "int8": "_is_vnni_supported",
    }
    return [name for name, check in checks.items() if getattr(torch.cpu, check, bool)()]


def load(name: str, folder: Path) -> tuple[dict[str, str], Result]:
    """A recording: the machine's fingerprint and the result."""
    value = json.loads((folder / f"{name}.json").read_text("utf-8"))
    return value["machine"], value["result"]


def save(name: str, result: Result, folder: Path) -> None:
    """Write a recording, with a line for every case."""
    folder.mkdir(parents=True, exist_ok=True)
    cases = ",\n".join(f"  {json.dumps(n)}: {json.dumps(c)}" for n, c in result.items())
    machine = json.dumps(fingerprint(), indent=1)
    text = f'{{"machine": {machine},\n"result": {{\n{cases}\n}}}}\n'
    (folder / f"{name}.json").write_text(text, "utf-8", newline="\n")


def differences(name: str, recorded: Result, computed: Result, exact: bool) -> list[str]:
    """What differs, a line each.

    Args:
        name: Of the result.
        recorded: What it was.
        computed: What it is.
        exact: Every bit must agree; else the figures, within :data:`TOLERANCE`.
    """
    if recorded.keys() != computed.keys():
        return [f"cases: {sorted(recorded)} became {sorted(computed)}"]
    found = []
    for case, was in recorded.items():
        now = computed[case]
        share = 0.0 if exact else TOLERANCE[name]
        lines = [f"{case}: {line}" for line in _differ("", was["figures"], now["figures"], share)]
        if exact and not lines and was["digest"] != now["digest"]:
            lines = [f"{case}: the figures agree, the digest does not"]
        found += lines
    return found


def _differ(where: str, was: Any, now: Any, share: float) -> Iterator[str]:
    """Places where two JSON values differ by more than ``share`` of the recorded one."""
    if isinstance(was, dict) and isinstance(now, dict) and was.keys() == now.keys():
        for key in was:
            yield from _differ(f"{where}.{key}", was[key], now[key], share)
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        for n, pair in enumerate(zip(was, now, strict=True)):
            yield from _differ(f"{where}[{n}]", *pair, share)
    elif _is_number(was) and _is_number(now):
        # Beside the share: a count may be one more or less, a tiny number may be any tiny number.
        spare = 1.0 if isinstance(was, int) else 0.002
        if abs(was - now) > (max(share * abs(was), spare) if share else 0.0):
            yield f"{where}: {was} became {now}"
    elif was != now:
        yield f"{where}: {was!r} became {now!r}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def main() -> None:
    """Record every result; the real pages only where they are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--into", type=Path, default=RECORDINGS, help="the recordings' folder")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(RESULTS)}: all")
    args = parser.parse_args()
    into: Path = args.into
    if unknown := set(args.names) - set(RESULTS):
        parser.error(f"there is no result {', '.join(sorted(unknown))}")
    beside = HERE.parent.parent.parent / "shared"
    shared = Path(os.environ.get("STROKEBOOK_SHARED", beside))
    names = args.names or list(RESULTS)
    if "real_pages" in names and not (shared / "data" / "pages").is_dir():
        names.remove("real_pages")
        print(f"real_pages: not recorded, no pages at {shared} (set STROKEBOOK_SHARED)")
    for name, result in compute(names, shared).items():
        save(name, result, into)
        print(f"{name}: {len(result)} cases")


if __name__ == "__main__":
    main()
