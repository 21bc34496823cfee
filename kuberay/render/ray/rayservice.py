"""The RayService: the Ray cluster, what Serve runs on it, and how one follows another."""

from __future__ import annotations

from kuberay.render.commented import Commented, Object
from kuberay.render.ingress import backend_config_annotation
from kuberay.render.names import Names
from kuberay.render.pod import TMP_MOUNT, container_security, resources
from kuberay.render.ports import service_ports
from kuberay.render.ray._head import head_group
from kuberay.render.ray._worker import worker_group
from kuberay.render.ray.serve_config import serve_config_text
from kuberay.render.redis import fault_tolerance
from kuberay.settings import DeployFile, Plan


def ray_service(deploy: DeployFile, plan: Plan) -> Object:
    spec: Object = {
        "upgradeStrategy": {
            "type": Commented(
                "another image or pod shape starts a second cluster, and traffic moves when it "
                "answers; it needs the same resources once more, for minutes",
                "NewCluster",
            )
        },
        "rayClusterDeletionDelaySeconds": Commented(
            "the old cluster goes on answering connections that clients keep open",
            plan.deletion_delay_s,
        ),
        "excludeHeadPodFromServeSvc": Commented(
            "no traffic through the head; `bqml-kuberay apply` lifts it during a switch, when "
            "for seconds no worker of the new cluster may be ready yet",
            value=True,
        ),
        "serveService": _serve_service(deploy),
        "serveConfigV2": Commented(
            "changed in place, without a new cluster", serve_config_text(deploy, plan)
        ),
        "rayClusterConfig": _cluster(deploy, plan),
    }
    return Names.of(deploy).object("ray.io/v1 RayService", spec=spec)


def _serve_service(deploy: DeployFile) -> Object:
    annotations = backend_config_annotation(deploy)
    metadata: Object = {"metadata": {"annotations": annotations}} if annotations else {}
    return metadata | {
        "spec": {"type": "ClusterIP", "ports": service_ports(grpc=deploy.serve.grpc.enabled)}
    }


def _cluster(deploy: DeployFile, plan: Plan) -> Object:
    cluster: Object = {
        "rayVersion": Commented(
            "the Ray in the image: KubeRay chooses probes and token by it", deploy.ray_version
        ),
        "enableInTreeAutoscaling": True,
        "autoscalerOptions": _autoscaler(deploy),
    }
    if deploy.token_auth.enabled:
        cluster["authOptions"] = {
            "mode": "token",
            "secretName": Commented(
                "yours, with the key auth_token; without a name each cluster makes one of its own, "
                "and every upgrade locks the dashboard's users out",
                deploy.token_secret,
            ),
        }
    if deploy.redis:
        cluster["gcsFaultToleranceOptions"] = fault_tolerance(deploy)
    return cluster | {
        "headGroupSpec": head_group(deploy, plan),
        "workerGroupSpecs": [worker_group(deploy, plan)],
    }


def _autoscaler(deploy: DeployFile) -> Object:
    return {
        "version": Commented("only an explicit v2 makes KubeRay set it up as one", "v2"),
        "upscalingMode": "Default",
        "idleTimeoutSeconds": Commented(
            "an idle pod costs less than a pull, a start and a model load",
            deploy.workers.idle_timeout_s,
        ),
        "imagePullPolicy": "IfNotPresent",
        "resources": Commented(
            "KubeRay's 512Mi are not enough for long; out of memory, nothing scales any more",
            resources("500m", "1Gi", limits={"cpu": "500m", "memory": "1Gi"}),
        ),
        "securityContext": container_security(),
        "volumeMounts": [TMP_MOUNT],
    }
