"""The page that is in the repository is the one that its sources give; its sources hold."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tools.tasks import PAGE, WEB, build_page, bundle_digest

from browser.harness import CI, program

AGAIN = "run 'python tools/tasks.py web' and commit what it writes"


def test_the_page_is_that_of_its_sources() -> None:
    assert PAGE.with_suffix(".sources").read_text("ascii").strip() == bundle_digest(), AGAIN


def test_every_source_counts(tmp_path: Path) -> None:
    web = tmp_path / "web"
    shutil.copytree(WEB, web, ignore=shutil.ignore_patterns("node_modules"))
    before = bundle_digest(web)
    assert before == bundle_digest()
    source = next(web.glob("*/src/*.ts"))
    source.write_bytes(source.read_bytes().replace(b"\n", b"\r\n"))
    (web / "test.mjs").write_text("// another")
    (web / "node_modules" / "src").mkdir(parents=True)
    (web / "node_modules" / "src" / "a.ts").write_text("// another's")
    assert bundle_digest(web) == before
    source.write_bytes(source.read_bytes() + b"// changed")
    changed = bundle_digest(web)
    (web / "package-lock.json").write_text("{}")
    assert len({before, changed, bundle_digest(web)}) == 3


@pytest.mark.skipif(not CI, reason="built anew only in CI; the digest is compared everywhere")
def test_built_anew_it_is_the_same_byte_for_byte(tmp_path: Path) -> None:
    shutil.copytree(WEB, tmp_path / "web", ignore=shutil.ignore_patterns("node_modules"))
    build_page(tmp_path / "web")
    built = tmp_path / PAGE.relative_to(WEB.parent)
    assert built.read_bytes() == PAGE.read_bytes(), AGAIN


def test_the_types_hold(packages: Path) -> None:
    compiler = packages / "node_modules" / ".bin" / "tsc"
    done = subprocess.run(
        [program("node"), str(compiler.resolve()), "--noEmit"],
        cwd=packages,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def test_the_tests_in_node_pass(packages: Path) -> None:
    done = subprocess.run(
        [program("node"), "test.mjs"], cwd=packages, capture_output=True, text=True, check=False
    )
    print(done.stdout[-3000:])
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
