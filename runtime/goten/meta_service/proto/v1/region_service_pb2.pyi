from goten.meta.v1 import region_service_pb2 as _region_service_pb2
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar
from goten.meta.v1.region_service_pb2 import GetRegionRequest as GetRegionRequest
from goten.meta.v1.region_service_pb2 import BatchGetRegionsRequest as BatchGetRegionsRequest
from goten.meta.v1.region_service_pb2 import BatchGetRegionsResponse as BatchGetRegionsResponse
from goten.meta.v1.region_service_pb2 import ListRegionsRequest as ListRegionsRequest
from goten.meta.v1.region_service_pb2 import ListRegionsResponse as ListRegionsResponse
from goten.meta.v1.region_service_pb2 import WatchRegionRequest as WatchRegionRequest
from goten.meta.v1.region_service_pb2 import WatchRegionResponse as WatchRegionResponse
from goten.meta.v1.region_service_pb2 import WatchRegionsRequest as WatchRegionsRequest
from goten.meta.v1.region_service_pb2 import WatchRegionsResponse as WatchRegionsResponse
from goten.meta.v1.region_service_pb2 import CreateRegionRequest as CreateRegionRequest
from goten.meta.v1.region_service_pb2 import UpdateRegionRequest as UpdateRegionRequest
from goten.meta.v1.region_service_pb2 import DeleteRegionRequest as DeleteRegionRequest

DESCRIPTOR: _descriptor.FileDescriptor
