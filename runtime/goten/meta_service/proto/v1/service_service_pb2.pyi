from goten.meta.v1 import service_service_pb2 as _service_service_pb2
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar
from goten.meta.v1.service_service_pb2 import GetServiceRequest as GetServiceRequest
from goten.meta.v1.service_service_pb2 import BatchGetServicesRequest as BatchGetServicesRequest
from goten.meta.v1.service_service_pb2 import BatchGetServicesResponse as BatchGetServicesResponse
from goten.meta.v1.service_service_pb2 import ListServicesRequest as ListServicesRequest
from goten.meta.v1.service_service_pb2 import ListServicesResponse as ListServicesResponse
from goten.meta.v1.service_service_pb2 import WatchServiceRequest as WatchServiceRequest
from goten.meta.v1.service_service_pb2 import WatchServiceResponse as WatchServiceResponse
from goten.meta.v1.service_service_pb2 import WatchServicesRequest as WatchServicesRequest
from goten.meta.v1.service_service_pb2 import WatchServicesResponse as WatchServicesResponse
from goten.meta.v1.service_service_pb2 import CreateServiceRequest as CreateServiceRequest
from goten.meta.v1.service_service_pb2 import UpdateServiceRequest as UpdateServiceRequest
from goten.meta.v1.service_service_pb2 import DeleteServiceRequest as DeleteServiceRequest

DESCRIPTOR: _descriptor.FileDescriptor
