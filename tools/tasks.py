"""What ``make`` does, for machines without make: ``python tools/tasks.py test``.

It needs Python 3.11 and nothing else. Everything is installed into a virtual environment,
``.venv`` or what ``VENV`` names.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = Path(os.environ.get("VENV", ROOT / ".venv"))
STAMP = VENV / ".installed"
WEB = ROOT / "web"
PAGE = ROOT / "src" / "strokebook" / "pipeline" / "publishing" / "draw.html"
CAMPAIGNS = ("fuzz", "kill", "faults", "privacy", "scale")
PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")


def binary(venv: Path, name: str) -> str:
    """A program of a virtual environment."""
    folder, suffix = ("Scripts", ".exe") if os.name == "nt" else ("bin", "")
    return str(venv / folder / f"{name}{suffix}")


def run(*words: str | Path, cwd: Path = ROOT) -> None:
    """Run a program in the repository's root, or in another folder.

    Raises:
        CalledProcessError: It failed.
    """
    subprocess.run([str(word) for word in words], check=True, cwd=cwd)


def python(*words: str | Path) -> None:
    """Run the environment's Python."""
    run(binary(VENV, "python"), *words)


def install() -> None:
    """Make the virtual environment, unless it is there and as new as what it is made of."""
    sources = (ROOT / "pyproject.toml", ROOT / "constraints.txt")
    if STAMP.exists() and all(STAMP.stat().st_mtime >= s.stat().st_mtime for s in sources):
        return
    run(sys.executable, "-m", "venv", VENV)
    # PyTorch comes first and alone, from the constraints file's version: asked for together with
    # packages that want "torch", pip may settle on another build.
    python(*PIP, "-c", "constraints.txt", "torch")
    python(*PIP, "-c", "constraints.txt", "-e", ".[all,autotrace,dev]")
    STAMP.touch()


def demo() -> None:
    """Draw a sample library, run everything on it, and name what to look at."""
    install()
    run(binary(VENV, "strokebook"), "demo", os.environ.get("DEMO", "demo"))


def lint() -> None:
    """Lint, formatting, types, import rules."""
    install()
    run(binary(VENV, "ruff"), "check", ".")
    run(binary(VENV, "ruff"), "format", "--check", ".")
    run(binary(VENV, "mypy"))
    run(binary(VENV, "lint-imports"))


def install_web(folder: Path = WEB) -> bool:
    """Install what the page is built with, unless it is there and as new as its lock file.

    Returns:
        Whether it is there; without Node, npm or a network it may not be.
    """
    npm, done = shutil.which("npm"), folder / "node_modules" / ".package-lock.json"
    wanted = max((folder / name).stat().st_mtime for name in ("package.json", "package-lock.json"))
    if done.exists() and done.stat().st_mtime >= wanted:
        return True
    if npm is None or shutil.which("node") is None:
        return False
    command = [npm, "ci", "--no-audit", "--no-fund"]
    if subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=False).returncode:
        return False
    done.touch()
    return True


def test() -> None:
    """Lint and all tests; those of the page in a browser need Node and Chromium."""
    lint()
    install_web()
    # In the order of the files: the longest, of the campaigns, would else come last and alone.
    run(binary(VENV, "pytest"), "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")


def bundle_digest(folder: Path = WEB) -> str:
    """Digest of what the page is built of: names and contents, whatever ends their lines.

    Stored beside the page (``draw.sources``), it tells whether the page is that of its sources.
    """
    files = [path for kind in ("*.mjs", "*.json") for path in folder.glob(kind)]
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        if path.is_file() and "src" in parts[:-1] and "node_modules" not in parts:
            files.append(path)
    files = [path for path in files if path.name != "test.mjs"]
    total = hashlib.sha256()
    for path in sorted(files, key=lambda path: path.relative_to(folder).as_posix()):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        name = path.relative_to(folder).as_posix()
        total.update(f"{name}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return total.hexdigest()


def build_page(folder: Path) -> None:
    """Build the page of the sources in ``folder``, with the packages that its lock file names.

    It lands in ``../src/strokebook/pipeline/publishing/draw.html``, seen from there.

    Raises:
        SystemExit: Node or npm is not installed.
        CalledProcessError: It cannot be built.
    """
    node = shutil.which("node")
    if node is None or not install_web(folder):
        raise SystemExit("The page is built with Node 20, npm and a network: install them first.")
    run(node, "build_page.mjs", cwd=folder)


def web() -> None:
    """Build the page to draw on of ``web/``, and store the digest of its sources beside it."""
    build_page(WEB)
    PAGE.with_suffix(".sources").write_text(f"{bundle_digest()}\n", "ascii")
    print(f"{PAGE.relative_to(ROOT)}: {PAGE.stat().st_size / 1000:.0f} kB")


def wheel() -> None:
    """Build the wheel, install it without extras into an empty environment, and trace a page."""
    install()
    with tempfile.TemporaryDirectory(prefix="strokebook-") as temporary:
        place = Path(temporary)
        python("-m", "pip", "wheel", "--quiet", "--no-deps", "-w", place, ".")
        (built,) = place.glob("strokebook-*.whl")
        run(sys.executable, "-m", "venv", place / "venv")
        run(binary(place / "venv", "python"), *PIP, "-c", "constraints.txt", built)
        command = binary(place / "venv", "strokebook")
        run(command, "make-sample", place / "library", "--pages", "2")
        run(command, "trace", place / "library", "-o", place / "traced")
        traced = sorted(place.rglob("traced/**/*.svg"))
        if not any("<path" in file.read_text("utf-8") for file in traced):
            raise SystemExit(f"The installed wheel has traced no line ({len(traced)} files).")
        (ROOT / "dist").mkdir(exist_ok=True)
        shutil.copy(built, ROOT / "dist")
        print(f"dist/{built.name}: installed without extras, {len(traced)} pages traced")


def docs() -> None:
    """Build the site of the docs into ``build/site``; a broken link or reference fails."""
    install()
    python("-m", "mkdocs", "build", "--quiet", "--strict")
    print("build/site/index.html")


def campaign() -> None:
    """All campaigns, one after the other, also after one that ended with a loss."""
    install()
    failed = []
    for name in CAMPAIGNS:
        print(f"== {name}", flush=True)
        try:
            python("-m", f"benchmarks.campaigns.{name}")
        except subprocess.CalledProcessError:
            failed.append(name)
    if failed:
        raise SystemExit(f"lost something: {' '.join(failed)}")


TASKS: dict[str, Callable[[], None]] = {
    task.__name__: task for task in (install, demo, lint, test, web, wheel, docs, campaign)
}


def main() -> int:
    """Carry out the tasks named."""
    ask = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    ask.add_argument("tasks", nargs="+", choices=sorted(TASKS))
    for name in ask.parse_args().tasks:
        try:
            TASKS[name]()
        except subprocess.CalledProcessError as error:
            print(f"{name}: '{' '.join(map(str, error.cmd))}' failed", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
