"""For people who know Locust: `locust -f loadtest/locustfile.py --host http://127.0.0.1:8501`.

Web page, `--headless -u 50 -r 10 -t 60s`, `--processes 4`, `--master` and `--worker` all work.
Settings come from variables (`BQML_LOADTEST_TARGET__MODEL=iris_model`) and from the file that
`BQML_LOADTEST_SETTINGS` names; workers get those of their master. The phases of the settings are a
load shape in a file of its own: `-f loadtest/locustfile.py,loadtest/traffic/shape.py`.
"""

from __future__ import annotations

from locust import events

from loadtest.traffic import user
from loadtest.traffic.plugin import new_session
from loadtest.traffic.process_role import role_of_process

if role_of_process() is not None:
    # Locust takes every shape that it finds in this file.
    from loadtest.traffic.shape import PhaseShape  # noqa: F401


class PredictUser(user.PredictUser):
    """Asks the model for predictions and checks the answers."""

    session = new_session(events)
