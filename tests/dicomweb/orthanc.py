"""Orthanc with its DICOMweb plugin, as another hospital has it."""

import atexit
import json
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

import requests

PLUGINS = "/usr/share/orthanc/plugins"
START_SECONDS_MAX = 60


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Orthanc:
    def __init__(self, servers=None):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="orthanc-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        settings = {
            "Name": "other hospital",
            "StorageDirectory": str(folder / "storage"),
            "IndexDirectory": str(folder / "storage"),
            "Plugins": [PLUGINS],
            "HttpPort": port,
            "DicomPort": free_port(),
            "AuthenticationEnabled": False,
            "RemoteAccessAllowed": False,
            "OverwriteInstances": True,
            "DicomWeb": {"Enable": True, "Root": "/dicom-web/", "Servers": servers or {}},
        }
        (folder / "orthanc.json").write_text(json.dumps(settings))
        log = (folder / "log").open("w")
        self.process = subprocess.Popen(["Orthanc", str(folder / "orthanc.json")], stdout=log, stderr=log)
        atexit.register(self.process.terminate)
        end = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < end:
            try:
                if requests.get(f"{self.url}/system", timeout=1).ok:
                    return
            except requests.ConnectionError:
                time.sleep(0.2)
        raise AssertionError("Orthanc did not start:\n" + (folder / "log").read_text()[-2000:])

    def post(self, path, body):
        answer = requests.post(f"{self.url}{path}", json=body)
        assert answer.ok, (path, answer.status_code, answer.text[:1000])
        return answer.json()

    def files(self):
        """Every file that it has, by SOP Instance UID."""
        found = {}
        for instance in requests.get(f"{self.url}/instances").json():
            tags = requests.get(f"{self.url}/instances/{instance}/simplified-tags").json()
            found[tags["SOPInstanceUID"]] = requests.get(f"{self.url}/instances/{instance}/file").content
        return found

    def stop(self):
        self.process.terminate()
        self.process.wait()
