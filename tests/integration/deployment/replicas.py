"""Small servers that speak as the real ones do, over real HTTP."""

from __future__ import annotations

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
            self.say(200, str(self.trouble.get("version", "3.17.2")).encode())
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
