"""goten-gen: from service protos to the Python that ties a service to the Goten protocol."""

__version__ = "0.1.0"
