"""Whether the hub may be asked for weights: settled once, never in secret, part of no key."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from strokebook.pipeline import project_backbone
from strokebook.pipeline.hub import hub_is_allowed
from strokebook.pipeline.project import Project, open_project
from strokebook.pipeline.project_backbone import ProjectBackbone, settle_hub

from place import make_place


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(project_backbone, "hub_would_help", lambda options: True)
    with open_project(make_place(tmp_path).project) as opened:
        yield opened


def set_hub(project: Project, value: str) -> None:
    project.settings = replace(project.settings, vision=replace(project.settings.vision, hub=value))


@pytest.mark.parametrize("answer", [True, False])
def test_the_answer_is_asked_for_once_and_kept(project: Project, answer: bool) -> None:
    asked: list[str] = []

    def ask(question: str) -> bool:
        asked.append(question)
        return answer

    assert not hub_is_allowed(project)
    settle_hub(project, None)  # no terminal: nothing is settled
    assert not hub_is_allowed(project)
    settle_hub(project, ask)
    settle_hub(project, ask)
    assert hub_is_allowed(project) is answer
    assert len(asked) == 1 and "huggingface.co; nothing of yours is sent" in asked[0]


@pytest.mark.parametrize("value", ["allow", "never"])
def test_a_setting_answers_by_itself(project: Project, value: str) -> None:
    set_hub(project, value)
    settle_hub(project, lambda question: pytest.fail("asked"))
    assert hub_is_allowed(project) == (value == "allow")


def test_nobody_is_asked_where_it_would_change_nothing(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project_backbone, "hub_would_help", lambda options: False)
    settle_hub(project, lambda question: pytest.fail("asked"))


def test_a_project_that_looks_with_a_resnet_has_allowed_it(project: Project) -> None:
    facts = {"name": "resnet34, fine-tuned", "fingerprint": "f"}
    project.catalogue.put_result("backbone", "all", "of former settings", 0.0, facts)
    settle_hub(project, lambda question: pytest.fail("asked"))
    assert hub_is_allowed(project)
    set_hub(project, "never")
    assert not hub_is_allowed(project)


def test_the_setting_is_part_of_no_key(project: Project) -> None:
    before = ProjectBackbone(project).options_key
    set_hub(project, "allow")
    assert ProjectBackbone(project).options_key == before
