"""Small servers that speak as the real ones do, over real HTTP."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, unquote, urlsplit


class Replica(BaseHTTPRequestHandler):
    """Answers by the method and path of a request; what was asked is kept."""

    protocol_version = "HTTP/1.1"
    timeout = 10

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""

    def say(self, status: int, body: object = None) -> None:
        data = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
        with contextlib.suppress(ConnectionError):  # whoever asked has gone
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    @property
    def place(self) -> str:
        return unquote(urlsplit(self.path).path)

    @property
    def query(self) -> dict[str, str]:
        return {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}


class Mlflow(Replica):
    """The part of MLflow's REST interface that a registration uses."""

    state: ClassVar[dict[str, dict]]
    trouble: ClassVar[dict[str, object]]

    def do_GET(self) -> None:
        models, name = self.state["models"], self.query.get("name", "")
        if self.trouble.get("silent"):
            threading.Event().wait(2)
        if self.place == "/version":
            self.say(int(str(self.trouble.get("status", 200))), str(self.trouble.get("version", "3.17.2")).encode())
        elif self.place.endswith("/registered-models/get") and name in models:
            aliases = [{"alias": a, "version": v} for a, v in models[name]["aliases"].items()]
            self.say(200, {"registered_model": {"name": name, "tags": models[name]["tags"], "aliases": aliases}})
        elif self.place.endswith("/model-versions/search"):
            name = self.query["filter"].removeprefix("name='").removesuffix("'")
            self.say(200, {"model_versions": models[name]["versions"]})
        elif "/mlflow-artifacts/artifacts/" in self.place:
            stored = self.state["files"][self.place.partition("/artifacts/")[2]]
            self.say(200, stored + b"!" if self.trouble.get("other_bytes") else stored)
        else:
            self.say(404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "not found"})

    def do_PUT(self) -> None:
        data = self.body()
        if self.trouble.get("bucket"):
            self.say(500, {"error_code": "INTERNAL_ERROR", "message": "The specified bucket does not exist"})
            return
        self.state["files"][self.place.partition("/artifacts/")[2]] = data
        self.say(200)

    def do_POST(self) -> None:
        step, asked = self.place.rpartition("/mlflow/")[2], json.loads(self.body())
        if step == self.trouble.get("refuse"):
            self.say(400, {"error_code": "INVALID_PARAMETER_VALUE", "message": "not like this"})
            return
        self.state["asked"].setdefault(step, []).append(asked)
        models = self.state["models"]
        if step == "experiments/create":
            self.say(200, {"experiment_id": "1"})
        elif step == "runs/create":
            self.state["runs"]["r1"] = asked
            where = self.trouble.get("store", "mlflow-artifacts:/1/r1/artifacts")
            self.say(200, {"run": {"info": {"run_id": "r1", "artifact_uri": where}}})
        elif step == "registered-models/create":
            models[asked["name"]] = {"tags": asked["tags"], "versions": [], "aliases": {}}
            self.say(200)
        elif step == "model-versions/create":
            versions = models[asked["name"]]["versions"]
            made = {"version": str(len(versions) + 1), "status": "READY", **asked}
            versions.append(made)
            self.say(200, {"model_version": made})
        elif step == "registered-models/alias":
            models[asked["name"]]["aliases"][asked["alias"]] = asked["version"]
            self.say(200)
        else:
            if step == "runs/delete":
                del self.state["runs"][asked["run_id"]]
            self.say(200)

    def do_DELETE(self) -> None:
        step, data = self.place.rpartition("/mlflow/")[2], self.body()
        models = self.state["models"]
        if step == "registered-models/delete":
            del models[json.loads(data)["name"]]
        elif step == "model-versions/delete":
            asked = json.loads(data)
            models[asked["name"]]["versions"] = [
                one for one in models[asked["name"]]["versions"] if one["version"] != asked["version"]
            ]
        else:
            begun = self.place.partition("/artifacts/")[2]
            self.state["files"] = {n: d for n, d in self.state["files"].items() if not n.startswith(begun)}
        self.say(200)


class Runs(Replica):
    """The part of MLflow's REST interface that tells of runs, a page of two at a time."""

    runs: ClassVar[dict[str, list[dict]]]

    def do_GET(self) -> None:
        name = self.query.get("experiment_name", "")
        if self.place == "/version":
            self.say(200, b"3.17.2")
        elif name in self.runs:
            self.say(200, {"experiment": {"experiment_id": name.upper(), "name": name}})
        else:
            self.say(404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "not found"})

    def do_POST(self) -> None:
        asked = json.loads(self.body())
        if self.place.endswith("/experiments/search"):
            self.say(200, {"experiments": [{"experiment_id": name.upper(), "name": name} for name in self.runs]})
            return
        (experiment,) = asked["experiment_ids"]
        found = sorted(self.runs[experiment.lower()], key=lambda run: -run["info"]["start_time"])
        begin = int(asked.get("page_token", "0"))
        more = {"next_page_token": str(begin + 2)} if begin + 2 < len(found) else {}
        self.say(200, {"runs": found[begin : begin + 2], **more})


def logged(**runs: list[dict]) -> type[Runs]:
    """A server with the runs of some experiments."""
    return type("Server", (Runs,), {"runs": runs})


def logged_run(place: int, **metrics: object) -> dict:
    """A run as MLflow tells it."""
    began = 1_790_000_000_000 + 60_000 * place
    return {
        "info": {
            "run_id": f"r{place}",
            "run_name": f"try {place}",
            "status": "FINISHED",
            "start_time": began,
            "end_time": began + 1500,
        },
        "data": {
            "metrics": [{"key": name, "value": value} for name, value in metrics.items()],
            "params": [{"key": "depth", "value": str(place)}],
            "tags": [{"key": "mlflow.user", "value": "Ana"}],
        },
        "inputs": {"dataset_inputs": [{"dataset": {"name": "customers", "digest": "ab12"}}]},
    }


def mlflow(**trouble: object) -> type[Mlflow]:
    """A server of its own, with a way to fail."""
    state = {"models": {}, "files": {}, "runs": {}, "asked": {}}
    return type("Server", (Mlflow,), {"state": state, "trouble": trouble})


@contextmanager
def running(handler: type[Replica]) -> Iterator[str]:
    """The address of a server for as long as the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Registry:
    """What Submarine's server keeps in its database and its bucket, in memory."""

    def __init__(self) -> None:
        self.names: dict[str, dict] = {}
        self.files: dict[str, bytes] = {}

    def model(self, name: str) -> dict | None:
        found = self.names.get(name)
        return {"name": name, "tags": found["tags"], "creationTime": "2026-01-01 00:00:00"} if found else None

    def add_model(self, asked: dict) -> None:
        self.names[asked["name"]] = {"tags": asked["tags"], "versions": []}

    def forget_model(self, name: str) -> None:
        del self.names[name]

    def versions(self, name: str) -> list[dict]:
        return self.names[name]["versions"] if name in self.names else []

    def add_version(self, asked: dict) -> int:
        number = max([one["version"] for one in self.versions(asked["name"])], default=0) + 1
        self.names[asked["name"]]["versions"].append({**asked, "version": number, "currentStage": "None"})
        return number

    def change_version(self, asked: dict) -> None:
        next(one for one in self.versions(asked["name"]) if one["version"] == asked["version"]).update(asked)

    def forget_version(self, name: str, version: int) -> None:
        self.names[name]["versions"] = [one for one in self.versions(name) if one["version"] != version]


class Submarine(Replica):
    """The server of Submarine 0.8.0: envelopes, and refusals that come with status 200."""

    registry: ClassVar[Registry]
    trouble: ClassVar[dict[str, object]]

    def tell(self, result: object = None, message: str = "done") -> None:
        self.envelope(200, success=True, message=message, result=result)

    def refuse(self, code: int, message: str) -> None:
        self.envelope(code, success=None, message=message, result=None)

    def envelope(self, code: int, *, success: bool | None, message: str, result: object) -> None:
        told = {"status": "OK", "code": code, "success": success, "message": message, "result": result}
        self.say(code, {**told, "attributes": {}})

    @property
    def words(self) -> list[str]:
        return self.place.removeprefix("/api/v1/").split("/")

    def do_GET(self) -> None:
        match self.words:
            case ["registered-model", "ping"] if not self.trouble.get("no_rest"):
                self.tell("Pong")
            case ["registered-model", name] if self.registry.model(name) is not None:
                self.tell(self.registry.model(name))
            case ["registered-model", _] if not self.trouble.get("no_rest"):
                self.refuse(404, "Invalid. Registered model is not existed.")
            case ["model-version", name]:
                self.tell(self.registry.versions(name))
            case _:
                self.say(404, b"<html>not found</html>")

    def do_POST(self) -> None:
        asked = json.loads(self.body())
        if self.words[0] == "registered-model":
            self.registry.add_model(asked)
            self.tell()
            return
        base, files = self.query["baseDir"], self.registry.files
        if f"{base}/description.json" not in files:
            self.say(500, b"<html>AmazonS3Exception: The specified key does not exist.</html>")
            return
        about = json.loads(files[f"{base}/description.json"])
        version = self.registry.add_version({**asked, "id": about["id"], "modelType": about["model_type"]})
        to = f"registry/{asked['name']}-{version}-{about['id']}/{asked['name']}/{version}"
        for key in [one for one in files if one.startswith(base)]:
            files[f"{to}/{key[len(base) + 1 :]}"] = files[key] + (b"!" if self.trouble.get("other_bytes") else b"")
        if self.trouble.get("copy"):
            self.say(500, b"<html>copy failed</html>")
            return
        self.tell()

    def do_PATCH(self) -> None:
        asked = json.loads(self.body())
        if self.trouble.get("stage"):
            self.refuse(200, "Invalid. Model version's version is null.")
            return
        self.registry.change_version(asked)
        self.tell()

    def do_DELETE(self) -> None:
        match self.words:
            case ["registered-model", name]:
                self.registry.forget_model(name)
            case ["model-version", name, version]:
                for key in [one for one in self.registry.files if one.startswith(f"registry/{name}-{version}-")]:
                    del self.registry.files[key]
                self.registry.forget_version(name, int(version))
        self.tell()


def submarine(registry: Registry | None = None, **trouble: object) -> type[Submarine]:
    """A server of its own, with a way to fail."""
    return type("Server", (Submarine,), {"registry": registry or Registry(), "trouble": trouble})


class Storage(Replica):
    """A bucket called ``submarine``, for whoever signs."""

    files: ClassVar[dict[str, bytes]]

    def key(self) -> str | None:
        bucket, _, key = self.place[1:].partition("/")
        signed = str(self.headers.get("Authorization")).startswith("AWS4-HMAC-SHA256 Credential=me/")
        if bucket == "submarine" and signed:
            return key
        self.say(404 if signed else 403, b"")
        return None

    def do_HEAD(self) -> None:
        if self.key() is not None:
            self.say(200, b"")

    def do_PUT(self) -> None:
        data, key = self.body(), self.key()
        if key is not None:
            form = "form" in str(self.headers.get("Content-Type"))  # which servers take apart
            self.files[key] = b"" if form else data
            self.say(200, b"")

    def do_GET(self) -> None:
        key = self.key()
        if key is not None:
            self.say(200 if key in self.files else 404, self.files.get(key, b""))

    def do_DELETE(self) -> None:
        key = self.key()
        if key is not None:
            self.files.pop(key, None)
            self.say(204, b"")


def storage(registry: Registry) -> type[Storage]:
    """The bucket of a server."""
    return type("Bucket", (Storage,), {"files": registry.files})
