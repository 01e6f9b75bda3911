"""`goten-gen explain`: names of every kind, and what is said of them."""

from pathlib import Path

import pytest

from tests.generator.trees import Tree

EXAMPLES = "spec/proto/examples"


def ask(tree: Tree, repo: Path, name: str, *options: str) -> str:
    run = tree.run("explain", name, str(repo / EXAMPLES), *options)
    assert run.code == 0, run.err
    return run.out


def test_a_regional_name(tree: Tree, repo: Path) -> None:
    """NAME-4, NAME-14, DETECT-5, DETECT-7"""
    text = ask(tree, repo, "projects/p1/regions/us-west2/devices/d1", "--service", "devices.example.com@v1")
    assert text.startswith("devices.example.com/Device v1\n")
    assert "pattern    projects/{project}/regions/{region}/devices/{device}" in text
    assert "parent     devices.example.com/Project //devices.example.com/projects/p1" in text
    assert "governed by devices.example.com/Project //devices.example.com/projects/p1" in text
    assert "owned by   region us-west2" in text
    assert "DETECT-7: " in text


def test_a_governed_name_is_owned_by_the_control_region_of_its_holder(tree: Tree, repo: Path) -> None:
    """DETECT-7"""
    text = ask(tree, repo, "//identity.example.com/organizations/o1/folders/f1/roles/r1")
    assert text.startswith("identity.example.com/Role v2\n")
    assert "owned by   the default_control_region of the policy of identity.example.com/Folder" in text
    assert "//identity.example.com/organizations/o1/folders/f1" in text


def test_a_global_name_is_governed_by_its_service(tree: Tree, repo: Path) -> None:
    """DETECT-7"""
    text = ask(tree, repo, "//identity.example.com/users/ada", "--service", "identity.example.com@v1")
    assert "governed by the policy of services/identity.example.com (global)" in text
    assert "owned by   the default_control_region of the policy of services/identity.example.com" in text


def test_a_name_of_several_services_is_explained_for_each(tree: Tree, repo: Path) -> None:
    """NAME-1: a bare name belongs to whoever asks."""
    text = ask(tree, repo, "projects/p1")
    kinds = [line for line in text.splitlines() if line and not line.startswith(" ")]
    assert kinds == [f"{domain}.example.com/Project {v}" for domain in ("devices", "identity") for v in ("v1", "v2")]


def test_ids_with_slashes_and_two_variables_in_a_segment(tree: Tree, repo: Path) -> None:
    """NAME-7, NAME-10"""
    path = "projects/p1/regions/us-west2/devices/d1/configFiles/etc/network/interfaces"
    assert "  config_file etc/network/interfaces\n" in ask(tree, repo, path)
    link = ask(tree, repo, "projects/p1/regions/us-west2/links/d1~d2", "--service", "devices.example.com@v1")
    assert "  source     d1\n  target     d2\n" in link


def test_the_resource_without_metadata_is_said_to_be_outside(tree: Tree, repo: Path) -> None:
    """DETECT-4"""
    text = ask(tree, repo, "projects/p1/regions/us-west2/devices/d1/logEntries/20261124T131000.000Z-1")
    assert "no metadata: outside the multi-region design" in text


@pytest.mark.parametrize(
    "name",
    [
        "",
        "nothing/n1",
        "/projects/p1",
        "projects/",
        "projects/p1\n",
        "projects/{project}",
        "projects/p 1",
        "//other.example.com/projects/p1",
        "projects/p1/regions/US/devices/d1",
        "projects//regions/us-west2/devices/d1",
    ],
)
def test_what_is_no_name_is_refused(tree: Tree, repo: Path, name: str) -> None:
    """NAME-1, NAME-2, NAME-4, NAME-5, NAME-8"""
    run = tree.run("explain", name, str(repo / EXAMPLES))
    assert (run.code, run.out) == (1, "")
    assert "is no name of any resource in sight" in run.err
