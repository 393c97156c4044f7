"""Runs the `bootstrap` of a function as a process, and ends it as Lambda does: at its timeout, or if it takes more
memory than it was given. A process that has ended is started again for the next event."""

import json
import os
import subprocess
import threading
import time
from pathlib import Path

import psutil
from localstack import config
from localstack.services.lambda_.invocation.lambda_models import InvocationResult
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

from .calls import HOLDERS
from .runtime_api import Event, RuntimeApi, event_of

INIT_SECONDS = 10
WATCH_SECONDS = 0.05


class ProcessExecutor(RuntimeExecutor):
    def __init__(self, id, function_version):
        super().__init__(id, function_version)
        self._environment: dict[str, str] = {}
        self._api: RuntimeApi | None = None
        self._process: psutil.Popen | None = None
        self._lines: list[str] = []
        self._folder: Path | None = None

    def start(self, env_vars):
        self._folder = Path(self.function_version.config.code.get_unzipped_code_location())
        self._environment = {name: str(value) for name, value in env_vars.items()}
        HOLDERS[self._environment["AWS_ACCESS_KEY_ID"]] = self.function_version.id.function_name
        self._spawn()

    def stop(self):
        if self._process and self._process.is_running():
            self._process.terminate()
        if self._api:
            self._api.close()
            self._api = None

    def invoke(self, payload):
        if not self._is_alive():
            self.stop()
            self._spawn()
        first_line = len(self._lines)
        event = event_of(payload, self.function_version.config.timeout)
        self._api.offer(event)
        self._watch(event)
        self._api.forget(event)
        return InvocationResult(
            request_id=event.request_id,
            payload=event.outcome,
            is_error=event.is_error,
            logs="".join(self._lines[first_line:]) or "\n",
            executed_version=self.function_version.id.qualifier,
        )

    def get_address(self):
        return "127.0.0.1"

    def get_endpoint_from_executor(self):
        return "127.0.0.1"

    def get_runtime_endpoint(self):
        return f"http://127.0.0.1:{config.GATEWAY_LISTEN[0].port}"

    def get_logs(self):
        return "".join(self._lines)

    @classmethod
    def prepare_version(cls, function_version):
        if function_version.config.code:
            function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version):
        pass

    def _spawn(self):
        self._api = RuntimeApi()
        environment = self._environment | {
            "AWS_LAMBDA_RUNTIME_API": self._api.address,
            "LAMBDA_TASK_ROOT": str(self._folder),
            "PATH": os.environ["PATH"],
        }
        begin = time.monotonic()
        self._process = psutil.Popen(
            [self._folder / "bootstrap"],
            cwd=self._folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._read_log, args=(self._process,), daemon=True).start()
        while not self._api.is_ready.wait(0.002) and self._is_alive() and time.monotonic() - begin < INIT_SECONDS:
            pass
        self._log(f"INIT_REPORT Init Duration: {(time.monotonic() - begin) * 1000:.2f} ms\n")

    def _is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _watch(self, event: Event) -> None:
        # Lambda gives at least 128 MB, which no small test fills.
        megabytes = self._environment.get("FILMLESS_MEMORY_MB", self.function_version.config.memory_size)
        memory_max = int(megabytes) * 1024 * 1024
        while not event.is_done.wait(WATCH_SECONDS):
            if not self._is_alive():
                event.settle(*self._failure(event, "Runtime.ExitError", "Runtime exited"))
            elif time.time() > event.deadline:
                self._end()
                seconds = self.function_version.config.timeout
                event.settle(*self._failure(event, "Sandbox.Timedout", f"Task timed out after {seconds}.00 seconds"))
            elif self._memory() > memory_max:
                self._end()
                event.settle(*self._failure(event, "Runtime.OutOfMemory", "Runtime exited with error: signal: killed"))

    def _memory(self) -> int:
        try:
            return self._process.memory_info().rss
        except psutil.NoSuchProcess:
            return 0

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()

    def _failure(self, event: Event, kind: str, message: str) -> tuple[bytes, bool]:
        text = f"RequestId: {event.request_id} Error: {message}"
        self._log(f"{kind} {text}\n")
        return json.dumps({"errorType": kind, "errorMessage": text}).encode(), True

    def _read_log(self, process) -> None:
        for line in process.stdout:
            self._log(line)

    def _log(self, line: str) -> None:
        """Kept for CloudWatch, and in a file that outlives the process, which the tests read."""
        self._lines.append(line)
        with open(Path(os.environ["FILMLESS_LAMBDA_LOGS"]) / f"{self.function_version.id.function_name}.log", "a") as f:
            f.write(line)
