from __future__ import annotations

from typing import Any

import pytest

from kuberay.cluster.address import address_of
from kuberay.cluster.connection import Cluster

PORTS = [{"name": "serve-grpc", "port": 9000}, {"name": "serve", "port": 80}]


@pytest.mark.parametrize(
    ("status", "url"),
    [
        ({}, "http://shop-serve-svc.shop:80"),
        ({"loadBalancer": {"ingress": [{"ip": "10.1.2.3"}]}}, "http://10.1.2.3:80"),
        ({"loadBalancer": {"ingress": [{"hostname": "lb.example"}]}}, "http://lb.example:80"),
        ({"loadBalancer": {"ingress": [{}]}}, "http://shop-serve-svc.shop:80"),
    ],
)
def test_the_url_is_the_load_balancers_where_there_is_one(
    api_server: Any, cluster: Cluster, status: dict[str, Any], url: str
) -> None:
    """Else the Service's name inside the cluster."""
    metadata = {"name": "shop-serve-svc", "namespace": "shop"}
    service = {"metadata": metadata, "spec": {"ports": PORTS}, "status": status}
    api_server.put("v1", "services", service)
    address = address_of(cluster, "shop", "shop")
    assert address
    assert address.url == url


def test_before_the_first_cluster_was_ready_there_is_none(cluster: Cluster) -> None:
    """The operator makes the Services then."""
    assert address_of(cluster, "shop", "shop") is None
