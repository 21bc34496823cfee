"""A RayService (or RayCluster) as the operator sees it: groups, containers, the Serve config."""

from kuberay.validate.rayservice._group import Group
from kuberay.validate.rayservice._serve_config import Deployment, ServeConfig
from kuberay.validate.rayservice._service import RayService

__all__ = ["Deployment", "Group", "RayService", "ServeConfig"]
