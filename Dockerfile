# One image for Ray's head, its workers, Locust, and plain `docker run` in the manner of
# tensorflow/serving. Builds with docker, podman and buildah (--format docker keeps HEALTHCHECK):
#
#   docker build -t bqml-serve:0.1.0 .
#   docker buildx build --platform linux/amd64,linux/arm64 --push -t REGISTRY/bqml-serve:0.1.0 .
#
# Any Debian or Ubuntu with Python 3.11 or 3.12, or without Python, can be the base. Pin it by digest.
ARG BASE_IMAGE=docker.io/library/python:3.11-slim-bookworm

FROM ${BASE_IMAGE} AS base
# bash: KubeRay starts every container through it. wget: KubeRay's own probes, where ours are not set.
RUN apt-get update \
 && apt-get install -y --no-install-recommends bash ca-certificates wget \
 && (command -v python3 >/dev/null || apt-get install -y --no-install-recommends python3) \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/* /var/cache/debconf/*-old /var/log/apt /var/log/dpkg.log

FROM base AS builder
RUN apt-get update \
 && (python3 -c 'import ensurepip' 2>/dev/null || apt-get install -y --no-install-recommends python3-venv)
RUN python3 -m venv /opt/bqml
ENV PATH=/opt/bqml/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
# The dependencies first: they change rarely, and their layer is the gigabyte.
COPY pyproject.toml constraints.txt README.md LICENSE ./
RUN for package in foundation bqml_export serve_app kuberay loadtest; do \
      mkdir $package && touch $package/__init__.py; done \
 && pip install --constraint constraints.txt '.[image]' \
 && pip uninstall --yes bqml-ray-serve
COPY . .
RUN pip install --no-deps .
# C++ headers, the Clang that only TensorFlow's own tools load, Ray's Java and reinforcement learning,
# tests, sources of extensions, symbol tables, pip and what else installs: 750 MB that nothing here
# reads. Libraries of packages that bring others along (numpy, PIL, h5py) are left alone: strip breaks
# patched ones.
RUN apt-get install -y --no-install-recommends binutils \
 && pip uninstall --yes virtualenv wheel setuptools pip \
 && cd "$(python3 -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
 && rm -rf tensorflow/include tensorflow/xla_aot_runtime_src clang/native ray/jars ray/cpp ray/rllib \
 && find gevent h5py matplotlib numpy ray tensorflow websocket zmq zope \
      -type d -name tests -prune -exec rm -rf {} + \
 && find . -type f \( -name '*.[hc]' -o -name '*.hpp' -o -name '*.cc' -o -name '*.cpp' -o -name '*.pyx' \
      -o -name '*.pxd' -o -name '*.a' \) -delete \
 && find tensorflow ray/_raylet.so ray/core/src/ray _brotli*.so aiohttp cryptography fontTools kiwisolver uvloop \
      -type f -size +1M \( -name '*.so*' -o -name gcs_server -o -name raylet \) \
      -exec strip --strip-unneeded {} + \
 && python3 -c 'import ray.serve, tensorflow, google.cloud.storage, uvloop' \
 && python3 -c 'import locust, matplotlib.pyplot' \
 && python3 -m compileall -q /src/image \
# Locust wants the path of a file: the manifests give it as loadtest/locustfile.py, below /app.
 && mkdir /app && cp -r /src/image /app/image && ln -s "$PWD/loadtest" /app/loadtest \
 && cd /app && python3 -m image.licences > LICENCES.csv

FROM base
LABEL org.opencontainers.image.title="bqml-serve" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.description="BigQuery ML exports on Ray Serve, with TensorFlow Serving's API"
# The user that the manifests name (runAsUser 1000, runAsGroup 1000).
RUN groupadd --gid 1000 serve \
 && useradd --uid 1000 --gid 1000 --no-create-home --home-dir /tmp/home serve \
 && mkdir -p /models
COPY --from=builder /opt/bqml /opt/bqml
COPY --from=builder /app /app
# The root file system may be read-only: everything that is written goes to /tmp.
ENV PATH=/opt/bqml/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp/home \
    TF_CPP_MIN_LOG_LEVEL=1 \
    RAY_USAGE_STATS_ENABLED=0
WORKDIR /app
# Bake models in:  FROM this image, then  COPY iris_model /models/iris_model
USER 1000:1000
EXPOSE 8500 8501
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 \
    CMD ["python3", "-m", "image.healthcheck"]
ENTRYPOINT ["python3", "-m", "image.entrypoint"]
