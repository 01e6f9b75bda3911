"""The program of docs/tour-meta.md: registers a service by hand, as its first deployment would; again, to change it."""

from __future__ import annotations

import os
import sys

import grpc

from goten.meta.v1.service_pb2 import Service
from goten.meta.v1.service_service_pb2 import UpdateServiceRequest
from goten.meta.v1.service_service_pb2_grpc import ServiceServiceStub
from goten.types.multi_region_policy_pb2 import MultiRegionPolicy


def main(domain: str, region: str, *versions: str) -> None:
    service = Service(
        name=f"services/{domain}",
        global_domain=domain,
        all_versions=versions,
        multi_region_policy=MultiRegionPolicy(enabled_regions=[region], default_control_region=region),
    )
    with grpc.insecure_channel(os.environ.get("GOTEN_META", "127.0.0.1:8472")) as channel:
        stored = ServiceServiceStub(channel).UpdateService(UpdateServiceRequest(service=service, allow_missing=True))
    print(f"{stored.name} has {', '.join(stored.all_versions)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
