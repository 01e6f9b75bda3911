"""A client of Meta that knows nothing of this repository: modules that protoc made of the wire facts, and grpc.

Run as `client.py MODULES ADDRESS`. It calls every method, prints each one's name when its answers are right, and ends
with an AssertionError where one is not. The package goten cannot be imported where it runs.
"""

import base64
import sys
import threading

sys.path.insert(0, sys.argv[1])

import goten_meta_v1_pb2 as meta
import goten_meta_v1_pb2_grpc as stubs
import goten_types_pb2 as types
import grpc
from google.protobuf.field_mask_pb2 import FieldMask

channel = grpc.insecure_channel(sys.argv[2])
regions = stubs.RegionServiceStub(channel)
services = stubs.ServiceServiceStub(channel)
deployments = stubs.DeploymentServiceStub(channel)
resources = stubs.ResourceServiceStub(channel)
WAIT = 10
ALPHA, BETA = "services/alpha.example.com", "services/beta.example.com"
SPOT = f"{ALPHA}/deployments/us-west2"


def done(*methods):
    for method in methods:
        print(method)


def fails(code, call, *arguments, **named):
    try:
        call(*arguments, timeout=WAIT, **named)
    except grpc.RpcError as error:
        assert error.code() is code, (error.code(), error.details())
        return error
    raise AssertionError(f"{code} did not come")


def mask(*paths):
    return FieldMask(paths=paths)


def policy(*enabled):
    return types.MultiRegionPolicy(enabled_regions=enabled, default_control_region=enabled[0])


class Reading:
    """A stream, read in a thread of its own; `next` waits for a response."""

    def __init__(self, call):
        self.call, self.responses, self.news = call, [], threading.Condition()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        try:
            for response in self.call:
                with self.news:
                    self.responses.append(response)
                    self.news.notify()
        except grpc.RpcError:
            pass

    def next(self):
        with self.news:
            assert self.news.wait_for(lambda: self.responses, WAIT), "nothing came"
            return self.responses.pop(0)

    def until(self, found):
        while True:
            response = self.next()
            if found(response):
                return response


def region_methods():
    made = regions.CreateRegion(
        meta.CreateRegionRequest(region=meta.Region(name="regions/eastus2", title="East")), timeout=WAIT
    )
    assert made.metadata.uuid
    assert made.metadata.generation == 1
    assert made.metadata.create_time.seconds
    assert made.metadata.syncing.owning_region == "us-west2"
    fails(
        grpc.StatusCode.ALREADY_EXISTS,
        regions.CreateRegion,
        meta.CreateRegionRequest(region=meta.Region(name="regions/eastus2")),
    )
    fails(
        grpc.StatusCode.INVALID_ARGUMENT,
        regions.CreateRegion,
        meta.CreateRegionRequest(region=meta.Region(name="regions/EAST")),
    )
    nameless = regions.CreateRegion(meta.CreateRegionRequest(region=meta.Region(title="any")), timeout=WAIT)
    assert nameless.name.startswith("regions/")
    regions.DeleteRegion(meta.DeleteRegionRequest(name=nameless.name), timeout=WAIT)
    fails(grpc.StatusCode.NOT_FOUND, regions.DeleteRegion, meta.DeleteRegionRequest(name=nameless.name))
    regions.DeleteRegion(meta.DeleteRegionRequest(name=nameless.name, allow_missing=True), timeout=WAIT)
    assert regions.GetRegion(meta.GetRegionRequest(name="regions/eastus2"), timeout=WAIT).title == "East"
    named = regions.GetRegion(meta.GetRegionRequest(name="regions/eastus2", view=types.NAME), timeout=WAIT)
    assert named == meta.Region(name="regions/eastus2")
    batch = regions.BatchGetRegions(
        meta.BatchGetRegionsRequest(names=["regions/eastus2", "regions/nowhere"]), timeout=WAIT
    )
    assert [region.name for region in batch.regions] == ["regions/eastus2"]
    assert list(batch.missing) == ["regions/nowhere"]
    one = Reading(regions.WatchRegion(meta.WatchRegionRequest(name="regions/eastus2")))
    assert one.next().change.current.region.title == "East"
    many = Reading(regions.WatchRegions(meta.WatchRegionsRequest(type=types.STATELESS)))
    assert many.until(lambda response: response.is_current).resume_token
    updated = regions.UpdateRegion(
        meta.UpdateRegionRequest(region=meta.Region(name="regions/eastus2", title="East 2"), update_mask=mask("title")),
        timeout=WAIT,
    )
    assert updated.title == "East 2"
    assert updated.metadata.uuid == made.metadata.uuid
    assert updated.metadata.generation == 2
    assert one.next().change.current.region.title == "East 2"
    change = many.until(lambda response: response.region_changes).region_changes[0]
    assert change.current.region.title == "East 2"
    listed = regions.ListRegions(
        meta.ListRegionsRequest(order_by="title desc", filter='title LIKE "East%"'), timeout=WAIT
    )
    assert [region.name for region in listed.regions] == ["regions/eastus2"]
    done(
        "CreateRegion",
        "DeleteRegion",
        "GetRegion",
        "BatchGetRegions",
        "WatchRegion",
        "WatchRegions",
        "UpdateRegion",
        "ListRegions",
    )


def service_methods():
    beta = meta.Service(name=BETA, multi_region_policy=policy("us-west2"), all_versions=["v1alpha2", "v2", "v1"])
    created = services.CreateService(meta.CreateServiceRequest(service=beta), timeout=WAIT)
    assert list(created.all_versions) == ["v2", "v1", "v1alpha2"]
    alpha = meta.Service(
        multi_region_policy=policy("us-west2"),
        all_versions=["v1", "v2"],
        global_domain="alpha.example.com",
        display_name="demo",
        imported_services=[BETA],
        imported_versions=[
            meta.Service.ImportedVersions(
                target_service=BETA, target_service_version="v2", current_service_version="v1"
            )
        ],
    )
    named = services.CreateService(meta.CreateServiceRequest(service=alpha), timeout=WAIT)
    assert named.name == ALPHA
    assert list(named.metadata.services.allowed_services) == ["alpha.example.com", "beta.example.com"]
    seen = services.GetService(meta.GetServiceRequest(name=BETA), timeout=WAIT)
    assert list(seen.metadata.services.allowed_services) == ["alpha.example.com", "beta.example.com"]
    short = services.GetService(meta.GetServiceRequest(name=ALPHA, view=types.NAME), timeout=WAIT)
    assert short == meta.Service(name=ALPHA, display_name="demo")
    cycle = meta.Service(name=BETA, imported_services=[ALPHA])
    fails(
        grpc.StatusCode.FAILED_PRECONDITION,
        services.UpdateService,
        meta.UpdateServiceRequest(service=cycle, update_mask=mask("imported_services")),
    )
    away = meta.Service(name=ALPHA, multi_region_policy=policy("us-west2", "eastus2"))
    fails(
        grpc.StatusCode.FAILED_PRECONDITION,
        services.UpdateService,
        meta.UpdateServiceRequest(service=away, update_mask=mask("multi_region_policy")),
    )
    fails(grpc.StatusCode.FAILED_PRECONDITION, services.DeleteService, meta.DeleteServiceRequest(name=BETA))
    one = Reading(services.WatchService(meta.WatchServiceRequest(name=ALPHA)))
    assert one.next().change.current.service.display_name == "demo"
    page = Reading(services.WatchServices(meta.WatchServicesRequest(page_size=10, order_by="name")))
    first = page.until(lambda response: response.service_changes)
    assert first.snapshot_size == -1
    assert first.service_changes[0].added.view_index == 0
    swap = meta.UpdateServiceRequest(
        service=meta.Service(name=ALPHA, display_name="prod"),
        update_mask=mask("display_name"),
        cas=meta.UpdateServiceRequest.CAS(
            conditional_state=meta.Service(display_name="demo"), field_mask=mask("display_name")
        ),
        response_mask=meta.UpdateServiceRequest.ResponseMask(updated_fields_only=True),
    )
    assert services.UpdateService(swap, timeout=WAIT).display_name == "prod"
    assert "display_name" in fails(grpc.StatusCode.ABORTED, services.UpdateService, swap).details()
    assert one.next().change.current.service.display_name == "prod"
    listed = services.ListServices(
        meta.ListServicesRequest(
            filter='(display_name = "prod" AND global_domain != "x")', page_size=1, include_paging_info=True
        ),
        timeout=WAIT,
    )
    assert [service.name for service in listed.services] == [ALPHA]
    assert listed.total_results_count == 1
    start = services.ListServices(meta.ListServicesRequest(page_size=1), timeout=WAIT)
    side, edge, kind, cursor = start.next_page_token.split(".", 3)
    assert (side, edge) == ("r", "e")
    assert kind in ("C", "O")
    if kind == "C":
        for part in cursor.split(",")[0].split(":"):
            base64.b64decode(part, validate=True)
    rest = services.ListServices(meta.ListServicesRequest(page_size=1, page_token=start.next_page_token), timeout=WAIT)
    back = services.ListServices(meta.ListServicesRequest(page_size=1, page_token=rest.prev_page_token), timeout=WAIT)
    assert [service.name for service in back.services] == [service.name for service in start.services]
    fails(grpc.StatusCode.INVALID_ARGUMENT, services.ListServices, meta.ListServicesRequest(filter="display_name = "))
    batch = services.BatchGetServices(meta.BatchGetServicesRequest(names=[BETA, ALPHA]), timeout=WAIT)
    assert [service.name for service in batch.services] == [BETA, ALPHA]
    done(
        "CreateService",
        "GetService",
        "UpdateService",
        "WatchService",
        "WatchServices",
        "ListServices",
        "BatchGetServices",
    )


def deployment_methods():
    made = deployments.CreateDeployment(
        meta.CreateDeploymentRequest(
            parent=ALPHA, deployment=meta.Deployment(region="regions/us-west2", current_version="v1")
        ),
        timeout=WAIT,
    )
    assert made.name == SPOT
    assert made.public_domain == "us-west2.alpha.example.com"
    assert list(made.metadata.services.allowed_services) == ["alpha.example.com", "beta.example.com"]
    foreign = meta.Deployment(name=f"{ALPHA}/deployments/eastus2", region="regions/eastus2", current_version="v1")
    fails(
        grpc.StatusCode.FAILED_PRECONDITION,
        deployments.CreateDeployment,
        meta.CreateDeploymentRequest(parent=ALPHA, deployment=foreign),
    )
    assert deployments.GetDeployment(meta.GetDeploymentRequest(name=SPOT), timeout=WAIT) == made
    batch = deployments.BatchGetDeployments(meta.BatchGetDeploymentsRequest(names=[SPOT]), timeout=WAIT)
    assert list(batch.deployments) == [made]
    listed = deployments.ListDeployments(meta.ListDeploymentsRequest(parent="services/-"), timeout=WAIT)
    assert SPOT in [deployment.name for deployment in listed.deployments]
    one = Reading(deployments.WatchDeployment(meta.WatchDeploymentRequest(name=SPOT)))
    assert one.next().change.current.deployment == made
    relevant = 'metadata.services.allowed_services CONTAINS "alpha.example.com"'
    many = Reading(
        deployments.WatchDeployments(
            meta.WatchDeploymentsRequest(type=types.STATELESS, parent="services/-", filter=relevant)
        )
    )
    many.until(lambda response: response.is_current)
    changed = deployments.UpdateDeployment(
        meta.UpdateDeploymentRequest(
            deployment=meta.Deployment(name=SPOT, local_network_id="n1"), update_mask=mask("local_network_id")
        ),
        timeout=WAIT,
    )
    assert changed.local_network_id == "n1"
    assert changed.current_version == "v1"
    assert one.next().change.current.deployment.local_network_id == "n1"
    assert many.until(lambda response: response.deployment_changes).deployment_changes[0].current.deployment == changed
    done(
        "CreateDeployment",
        "GetDeployment",
        "BatchGetDeployments",
        "ListDeployments",
        "WatchDeployment",
        "WatchDeployments",
        "UpdateDeployment",
    )


def upgrade_methods():
    stage = meta.Deployment.UpgradeState

    def now():
        return deployments.GetDeployment(meta.GetDeploymentRequest(name=SPOT), timeout=WAIT)

    def ready(first, end, **fields):
        deployments.NotifyShardsUpgradeReadiness(
            meta.NotifyShardsUpgradeReadinessRequest(
                name=SPOT, shards_from=first, shards_to=end, ready=True, total_shards_count=4, **fields
            ),
            timeout=WAIT,
        )

    fails(grpc.StatusCode.FAILED_PRECONDITION, deployments.BeginUpgrade, meta.BeginUpgradeRequest(name=SPOT))
    wanted = meta.SetAvailableUpgradeRequest(
        name=SPOT, target_api_version="v2", total_shards_count=4, target_db_data_version="v2.0"
    )
    fails(
        grpc.StatusCode.INVALID_ARGUMENT,
        deployments.SetAvailableUpgrade,
        meta.SetAvailableUpgradeRequest(name=SPOT, target_api_version="v2"),
    )
    deployments.SetAvailableUpgrade(wanted, timeout=WAIT)
    assert now().available_upgrade.api_version == "v2"
    deployments.BeginUpgrade(meta.BeginUpgradeRequest(name=SPOT), timeout=WAIT)
    assert now().upgrade_state.stage == stage.INITIAL_SYNCING
    assert list(now().upgrade_state.pending_shards) == [
        0,
        1,
        2,
        3,
    ]
    ready(0, 3)
    assert list(now().upgrade_state.ready_shards) == [0, 1, 2]
    ready(3, 4)
    assert now().upgrade_state.stage == stage.SWITCHING
    assert list(now().upgrade_state.pending_shards) == [0, 1, 2, 3]
    ready(0, 4)
    assert now().upgrade_state.stage == stage.READY
    assert (now().current_version, now().db_data_version) == ("v2", "v2.0")
    assert not now().HasField("available_upgrade")
    task = deployments.GetOrRegisterDataUpdateTask(
        meta.GetOrRegisterDataUpdateTaskRequest(name=SPOT, tag="fill", shards_count=2, db_data_target_version="v3.0"),
        timeout=WAIT,
    )
    assert (task.status.task_tag, task.status.shards_count) == ("fill", 2)
    for shard in (0, 1):
        deployments.UpdateDataTaskUpdate(
            meta.UpdateDataTaskUpdateRequest(
                name=SPOT, tag="fill", shard=shard, done=True, db_data_target_version="v3.0"
            ),
            timeout=WAIT,
        )
    assert not now().data_update_statuses
    done(
        "SetAvailableUpgrade",
        "BeginUpgrade",
        "NotifyShardsUpgradeReadiness",
        "GetOrRegisterDataUpdateTask",
        "UpdateDataTaskUpdate",
    )


def resource_methods():
    made = resources.CreateResource(
        meta.CreateResourceRequest(
            parent=ALPHA,
            resource=meta.Resource(fqn="alpha.example.com/Thing", plural_name="Things", versions=["v1", "v2"]),
        ),
        timeout=WAIT,
    )
    assert made.name == f"{ALPHA}/resources/Thing"
    assert list(made.versions) == ["v2", "v1"]
    assert list(made.metadata.services.allowed_services) == ["alpha.example.com", "beta.example.com"]
    assert resources.GetResource(meta.GetResourceRequest(name=made.name), timeout=WAIT) == made
    assert list(
        resources.BatchGetResources(meta.BatchGetResourcesRequest(names=[made.name]), timeout=WAIT).resources
    ) == [made]
    assert made in resources.ListResources(meta.ListResourcesRequest(parent=ALPHA), timeout=WAIT).resources
    one = Reading(resources.WatchResource(meta.WatchResourceRequest(name=made.name)))
    assert one.next().change.current.resource == made
    many = Reading(resources.WatchResources(meta.WatchResourcesRequest(type=types.STATELESS, parent=ALPHA)))
    token = many.until(lambda response: response.is_current).resume_token
    changed = resources.UpdateResource(
        meta.UpdateResourceRequest(
            resource=meta.Resource(name=made.name, versions=["v3"]), update_mask=mask("versions")
        ),
        timeout=WAIT,
    )
    assert list(changed.versions) == ["v3"]
    assert many.until(lambda response: response.resource_changes).resource_changes[0].current.resource == changed
    resources.DeleteResource(meta.DeleteResourceRequest(name=made.name), timeout=WAIT)
    assert one.until(lambda response: response.change.HasField("removed")).change.removed.name == made.name
    again = Reading(
        resources.WatchResources(meta.WatchResourcesRequest(type=types.STATELESS, parent=ALPHA, resume_token=token))
    )
    missed = again.until(lambda response: response.resource_changes).resource_changes
    assert missed[-1].removed.name == made.name, "deleted while away"
    stale = Reading(
        resources.WatchResources(meta.WatchResourcesRequest(type=types.STATELESS, parent=ALPHA, resume_token="stale"))
    )
    assert stale.next().is_hard_reset
    size = stale.until(lambda response: response.snapshot_size >= 0)
    assert size.snapshot_size == 0
    assert not size.resource_changes
    done(
        "CreateResource",
        "GetResource",
        "BatchGetResources",
        "ListResources",
        "WatchResource",
        "WatchResources",
        "UpdateResource",
        "DeleteResource",
    )


def endings():
    fails(grpc.StatusCode.FAILED_PRECONDITION, deployments.DeleteDeployment, meta.DeleteDeploymentRequest(name=SPOT))
    both = policy("us-west2", "eastus2")
    for name in (BETA, ALPHA):
        services.UpdateService(
            meta.UpdateServiceRequest(
                service=meta.Service(name=name, multi_region_policy=both), update_mask=mask("multi_region_policy")
            ),
            timeout=WAIT,
        )
    east = deployments.CreateDeployment(
        meta.CreateDeploymentRequest(
            parent=ALPHA, deployment=meta.Deployment(region="regions/eastus2", current_version="v2")
        ),
        timeout=WAIT,
    )
    deployments.DeleteDeployment(meta.DeleteDeploymentRequest(name=east.name), timeout=WAIT)
    left = services.GetService(meta.GetServiceRequest(name=ALPHA), timeout=WAIT).multi_region_policy
    assert list(left.enabled_regions) == ["us-west2"], "the region leaves with its deployment"
    services.DeleteService(meta.DeleteServiceRequest(name=ALPHA), timeout=WAIT)
    fails(grpc.StatusCode.NOT_FOUND, deployments.GetDeployment, meta.GetDeploymentRequest(name=SPOT))
    services.DeleteService(meta.DeleteServiceRequest(name=BETA), timeout=WAIT)
    done("DeleteDeployment", "DeleteService")


for part in (region_methods, service_methods, deployment_methods, upgrade_methods, resource_methods, endings):
    part()
