"""What the example services print of their surroundings."""

from __future__ import annotations

from example_runtime.surroundings import Deployments

from goten.env_registry import Changes, DeploymentChange, ServiceChange, Snapshot
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.service_pb2 import Service

NAME = "services/identity.example.com/deployments/us-west2"


def deployment(port: int = 9001, *, disabled: bool = False) -> Deployment:
    return Deployment(name=NAME, public_domain=f"127.0.0.1:{port}", is_disabled=disabled)


def snapshot(*deployments: Deployment) -> Snapshot:
    return Snapshot({}, {deployment.name: deployment for deployment in deployments})


def change(after: Deployment | None) -> Changes:
    return Changes((DeploymentChange(NAME, None, after),))


def test_deployments_come_move_and_go() -> None:
    """ENV-13"""
    shown = Deployments()
    assert list(shown.take(snapshot(deployment()))) == ["identity.example.com: us-west2 at 127.0.0.1:9001"]
    assert list(shown.take(change(deployment()))) == []
    assert list(shown.take(change(deployment(9003)))) == ["identity.example.com: us-west2 at 127.0.0.1:9003"]
    assert list(shown.take(change(None))) == ["identity.example.com: us-west2 gone"]
    assert list(shown.take(change(None))) == []


def test_who_is_out_of_service_is_gone() -> None:
    """ENV-22"""
    shown = Deployments()
    assert list(shown.take(snapshot(deployment(disabled=True)))) == []
    assert list(shown.take(change(deployment()))) == ["identity.example.com: us-west2 at 127.0.0.1:9001"]
    assert list(shown.take(change(deployment(disabled=True)))) == ["identity.example.com: us-west2 gone"]


def test_a_snapshot_in_between_tells_what_was_missed() -> None:
    """ENV-14"""
    shown = Deployments()
    list(shown.take(snapshot(deployment())))
    assert list(shown.take(snapshot(deployment()))) == []
    assert list(shown.take(snapshot())) == ["identity.example.com: us-west2 gone"]


def test_services_are_no_deployments() -> None:
    name = "services/identity.example.com"
    assert list(Deployments().take(Changes((ServiceChange(name, None, Service(name=name)),)))) == []
