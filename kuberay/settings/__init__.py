"""The deploy file, typed, and the numbers that follow from it."""

from kuberay.settings.deploy_file import DeployFile
from kuberay.settings.plan import Plan

__all__ = ["DeployFile", "Plan"]
