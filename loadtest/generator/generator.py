"""The load generator, as the orchestrator sees it: Locust processes and what they measure."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from foundation.free_ports import free_ports
from loadtest.errors import GeneratorError, TargetError
from loadtest.generator._locust_process import LocustProcess
from loadtest.record.lines import GeneratorState, Listener, decode
from loadtest.record.observations import Event, GeneratorSample
from loadtest.run_clock import Clock
from loadtest.settings.load_test import LoadTestSettings
from loadtest.traffic.process_role import ProcessRole

_LOCUST_PORT = 5557
_POLL_S = 0.2
_STOP_MARGIN_S = 10.0
_MASTER = "master"


class Generator:
    """Locust processes that follow the phases of the settings.

    One process sends by itself; several get a master beside them. Everything that they write is
    read by a thread, which calls the listener. Without a folder for them the logs are kept only
    until the end.
    """

    def __init__(
        self,
        settings: LoadTestSettings,
        clock: Clock,
        listener: Listener,
        log_folder: Path | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._listener = listener
        self._scratch = tempfile.TemporaryDirectory(prefix="loadtest-")
        self._log_folder = log_folder or Path(self._scratch.name)
        self._processes: list[LocustProcess] = []
        self._dead: set[str] = set()
        self._reports: dict[str, str] = {}
        self._changed = threading.Condition()
        self._reader: threading.Thread | None = None
        self._is_stopping = False
        self._error: Exception | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pids(self) -> dict[str, int]:
        """The processes on this machine, by their names in the samples."""
        return {process.name: process.popen.pid for process in self._processes}

    def start(self) -> None:
        """Starts the processes and returns when all are connected and have their payloads.

        Raises:
            GeneratorError: They were not ready in time, or one has ended.
            TargetError: The service cannot be reached, or refuses the first request.
        """
        read_fd, write_fd = os.pipe()
        self._reader = threading.Thread(target=self._read, args=(read_fd,), daemon=True)
        try:
            for role, options in self._plan(write_fd):
                self._launch(role, options)
        finally:
            # The processes have it; with ours closed, the pipe ends when they do.
            os.close(write_fd)
            self._reader.start()
        threading.Thread(target=self._watch, daemon=True).start()
        self._await_ready()

    def begin(self) -> float:
        """Begins the first phase and returns its time on the run's clock, in seconds."""
        begin_s = self._clock.now_s()
        self._processes[0].send_line(f"begin {begin_s!r}")
        return begin_s

    def wait(self, timeout_s: float | None = None) -> bool:
        """Returns True when the last phase has ended, or the generator; False after the time."""
        with self._changed:
            is_over = self._changed.wait_for(lambda: self._is_over, timeout_s)
        if self._error is not None:
            raise self._error
        return is_over

    def stop(self) -> None:
        """Ends all processes; requests on their way are answered first. Safe to call twice."""
        self._is_stopping = True
        if "ready" in self._reports:
            self._end_in_order()
        for process in self._processes:
            process.end()
        if self._reader is not None and self._reader.ident is not None:
            self._reader.join(_STOP_MARGIN_S)
        self._scratch.cleanup()

    def _end_in_order(self) -> None:
        if self._processes[0].alive:
            self._processes[0].send_line("end")
            with self._changed:
                timeout_s = self._settings.target.timeout_s + _STOP_MARGIN_S
                self._changed.wait_for(lambda: self._is_over, timeout_s)
        deadline_s = time.monotonic() + _STOP_MARGIN_S
        for process in self._processes:
            process.wait(max(0.0, deadline_s - time.monotonic()))

    @property
    def _is_over(self) -> bool:
        return "done" in self._reports or "ended" in self._reports

    def _plan(self, out_fd: int) -> Iterator[tuple[ProcessRole, list[str]]]:
        """What each process is: the one that collects comes first."""
        generator = self._settings.generator
        workers = generator.processes + generator.workers
        if workers == 1 and generator.processes:
            yield self._role("worker-1", workers, out_fd), ["--headless", *self._common()]
            return
        # Others have to know the port where they are on other machines.
        port = generator.master_port or (
            _LOCUST_PORT if generator.workers else free_ports(1, generator.master_host)[0]
        )
        yield (
            self._role(_MASTER, workers, out_fd),
            ["--headless", "--master", "--master-bind-host", generator.master_host,
             "--master-bind-port", str(port), "--expect-workers", str(workers), *self._common()],
        )  # fmt: skip
        for number in range(1, generator.processes + 1):
            yield (
                self._role(f"worker-{number}", workers, None),
                ["--worker", "--master-host", _reachable(generator.master_host),
                 "--master-port", str(port), *self._common()],
            )  # fmt: skip

    def _common(self) -> list[str]:
        target = self._settings.target
        return ["--host", target.url, "--stop-timeout", str(int(target.timeout_s) + 1),
                "--only-summary", "--exit-code-on-error", "0"]  # fmt: skip

    def _role(self, name: str, workers: int, out_fd: int | None) -> ProcessRole:
        return ProcessRole(epoch_s=self._clock.epoch_s, worker=name, out_fd=out_fd, workers=workers)

    def _launch(self, role: ProcessRole, options: list[str]) -> None:
        file = Path(self._scratch.name) / "settings.json"
        file.write_text(self._settings.model_dump_json())
        self._log_folder.mkdir(parents=True, exist_ok=True)
        log = self._log_folder / f"locust-{role.worker}.log"
        self._processes.append(LocustProcess.start(role, options, file, log))

    def _await_ready(self) -> None:
        timeout_s = self._settings.generator.start_timeout_s
        with self._changed:
            self._changed.wait_for(lambda: bool(self._reports) or bool(self._dead), timeout_s)
        if "failed" in self._reports:
            raise TargetError(self._reports["failed"])
        if self._dead or self._is_over:
            gone = next(each for each in self._processes if not each.alive)
            raise GeneratorError(f"Locust ({gone.name}) ended at its start: {gone.log_tail()}")
        if "ready" not in self._reports:
            raise GeneratorError(
                f"generator.start_timeout_s: after {timeout_s:g} s not all of "
                f"{self._settings.generator.processes} processes and "
                f"{self._settings.generator.workers} workers of other machines were ready"
            )

    def _read(self, fd: int) -> None:
        try:
            with os.fdopen(fd, "rb") as pipe:
                for text in pipe:
                    observed = decode(text)
                    if isinstance(observed, GeneratorState):
                        self._note(observed.state, observed.text)
                    else:
                        self._listener(observed)
        except Exception as exc:  # noqa: BLE001 - raised again in the thread that waits
            self._error = exc
        finally:
            self._note("ended")

    def _note(self, state: str, text: str = "") -> None:
        with self._changed:
            self._reports.setdefault(state, text)
            self._changed.notify_all()

    def _watch(self) -> None:
        """Says at once when a process has ended that should not have."""
        suspects: list[LocustProcess] = []
        while "done" not in self._reports and not self._is_stopping:
            # A round later: a process that ends in good order does so just after the last line.
            for process in suspects:
                self._report_death(process)
            suspects = [each for each in self._processes
                        if not each.alive and each.name not in self._dead]  # fmt: skip
            time.sleep(_POLL_S)

    def _report_death(self, process: LocustProcess) -> None:
        now_s = self._clock.now_s()
        with self._changed:
            self._dead.add(process.name)
            self._changed.notify_all()
        self._listener(
            GeneratorSample(t_s=now_s, worker=process.name, cpu_percent=0.0, users=0, alive=False)
        )
        detail = f"ended with {process.popen.returncode}: {process.log_tail()}"
        self._listener(
            Event(t_s=now_s, kind="generator", name=f"worker {process.name}", detail=detail)
        )


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "*") else host  # noqa: S104 - compared, not bound
