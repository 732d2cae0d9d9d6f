"""Submarine's REST interface on top of its own SDK's store (SQLite) and a bucket of moto; run by the peer's Python."""

from __future__ import annotations

import sys
from collections.abc import Iterator, MutableMapping
from http.server import ThreadingHTTPServer

import boto3
from submarine.store.model_registry.sqlalchemy_store import SqlAlchemyStore

from tests.integration.deployment.replicas import Registry, submarine

BUCKET = "submarine"


class Files(MutableMapping):
    """A bucket as a mapping."""

    def __init__(self, endpoint: str) -> None:
        self.client = boto3.client(
            "s3", endpoint_url=endpoint, aws_access_key_id="me", aws_secret_access_key="s", region_name="us-east-1"
        )

    def __getitem__(self, key: str) -> bytes:
        return self.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()

    def __setitem__(self, key: str, data: bytes) -> None:
        self.client.put_object(Bucket=BUCKET, Key=key, Body=data)

    def __delitem__(self, key: str) -> None:
        self.client.delete_object(Bucket=BUCKET, Key=key)

    def __iter__(self) -> Iterator[str]:
        yield from [one["Key"] for one in self.client.list_objects(Bucket=BUCKET).get("Contents", [])]

    def __len__(self) -> int:
        return len(list(iter(self)))


class Stored(Registry):
    """The registry in the SDK's store."""

    def __init__(self, database: str, endpoint: str) -> None:
        self.store = SqlAlchemyStore(database)
        self.files = Files(endpoint)

    def model(self, name: str) -> dict | None:
        found = [one for one in self.store.list_registered_model() if one.name == name]
        return {"name": name, "tags": list(found[0].tags)} if found else None

    def add_model(self, asked: dict) -> None:
        self.store.create_registered_model(asked["name"], asked["description"], asked["tags"])

    def forget_model(self, name: str) -> None:
        self.store.delete_registered_model(name)

    def versions(self, name: str) -> list[dict]:
        if self.model(name) is None:
            return []
        return [
            {"name": name, "version": v.version, "id": v.id, "currentStage": v.current_stage, "dataset": v.dataset}
            for v in self.store.list_model_versions(name)
        ]

    def add_version(self, asked: dict) -> int:
        made = self.store.create_model_version(
            name=asked["name"],
            id=asked["id"],
            user_id=asked["userId"],
            experiment_id=asked["experimentId"],
            model_type=asked["modelType"],
            description=asked["description"],
            tags=asked["tags"],
        )
        return made.version

    def change_version(self, asked: dict) -> None:
        self.store.transition_model_version_stage(asked["name"], asked["version"], asked["currentStage"])

    def forget_version(self, name: str, version: int) -> None:
        self.store.delete_model_version(name, version)


if __name__ == "__main__":
    port, database, endpoint = sys.argv[1:]
    registry = Stored(database, endpoint)
    registry.files.client.create_bucket(Bucket=BUCKET)
    ThreadingHTTPServer(("127.0.0.1", int(port)), submarine(registry)).serve_forever()
