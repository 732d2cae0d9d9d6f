"""Export an approved version: made in staging, certified in a fresh process, and only then put in its place."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.data.recipe.travelling import Place
from app.data.stored import read_stored
from app.deployment.approved import ApprovedVersion, approved_version
from app.deployment.connecting import checked_settings
from app.deployment.declared import Declared, Delivered, SettingKind, Settings
from app.deployment.history import digest
from app.deployment.made import Source
from app.deployment.place import check_ending, put_new
from app.deployment.proof import both, certify, make_proof
from app.deployment.records import DEPLOYMENT, Certificate, Deployment, ExportAnswer, ExportRequest, Release
from app.deployment.releasing import body_of, draft_of, release_of
from app.deployment.row_proof import make_row_proof
from app.deployment.secrets import with_secrets
from app.deployment.targets import Target, find_target
from app.jobs.contract import Context, Outcome, Progress
from app.learning.model import load_model, signature_of
from app.project import Project, draft
from app.project.durable import check_place, make_folder, measured, writing
from app.project.record import Draft
from app.text import Text

_STEPS = 5


def export(context: Context, request: ExportRequest) -> Outcome:
    """Make and certify an export. What stands under its name already is never replaced.

    Raises
    ------
    CicloError
        ``deployment.not_approved``, ``deployment.exists``, ``deployment.unknown_target``, of the target, or
        ``deployment.not_certified`` and ``deployment.export_differs`` where the proof fails.
    """
    target = find_target(request.target)
    project = Project.open(Path(request.project))
    try:
        version = approved_version(project, request.model)
        return _Export(context, target, version, request).run()
    finally:
        project.close()


class _Export:
    """One export, from the stored model to its record."""

    def __init__(self, context: Context, target: Target, version: ApprovedVersion, request: ExportRequest) -> None:
        self._context, self._target, self._version = context, target, version
        self._declared: Declared = target.declared
        given = checked_settings(self._declared, request.settings)
        self._stored: Settings = _from_project(self._declared, given, version.project.folder.absolute())
        self._settings = with_secrets(self._declared, self._stored)
        self._address = self._settings.get(self._declared.address, "") if self._declared.address else ""
        self._place = None if self._address else _place(target, version, request.out)
        known = release_of(version)
        self._release: Release = known.body if known is not None else body_of(version)
        self._fresh: tuple[Draft, ...] = () if known is not None else (draft_of(version, self._release),)

    def run(self) -> Outcome:
        name = self._target.file_name(self._version)
        self._say("making", name, 0)
        source = self._source()
        made = self._context.staging / name
        with writing(made):
            self._target.write(self._context, source, made, self._settings)
            certificate = self._certified(source, made)
        self._context.check_cancelled()
        self._say("placing", self._place.name if self._place is not None else self._address, _STEPS - 1)
        if self._place is not None:
            sha256, size = put_new(made, self._place)
            went = Delivered(place="", sha256=sha256, size=size)
        else:
            sha256, size = measured(made)
            went = self._target.deliver(self._context, source, made, self._settings)
        body = Deployment(
            model=self._version.record.label,
            model_id=self._version.record.id,
            target=self._declared.name,
            file_name=self._place.name if self._place is not None else name,
            sha256=went.sha256 or sha256,
            size=went.size or size,
            certificate=certificate,
            release=digest(self._release),
            # a repository is named as the settings name it: by a path from the project where it lies within
            place=self._address if went.commit else went.place,
            settings=self._stored,
            package=self._declared.package,
            commit=went.commit,
            tracked=went.tracked,
        )
        return self._outcome(body, went)

    def _outcome(self, body: Deployment, went: Delivered) -> Outcome:
        parents = (self._version.record.id, self._version.decision_record.id)
        server = went.place if not went.commit else ""
        answer = ExportAnswer(
            path=str(self._place) if self._place is not None else went.place if went.commit else "",
            url=server,
            certificate=body.certificate,
            release=body.release,
            commit=body.commit,
        )
        drafts = (*self._fresh, draft(DEPLOYMENT, body, parents=parents))
        return Outcome(drafts=drafts, answer=msgspec.Raw(msgspec.json.encode(answer)))

    def _source(self) -> Source:
        data, body = self._version.object_bytes(self._version.record, "model"), self._version.model
        model = load_model(data, signature=signature_of(body))
        part = body.row_part if self._declared.prepares and body.row_part and body.row_part.steps else None
        return Source(version=self._version, model=model, model_bytes=data, release=digest(self._release), part=part)

    def _certified(self, source: Source, made: Path) -> Certificate:
        """Asked twice: with every row before the proof is put into the export, and with some as it will be sent."""
        name = self._declared.name
        self._say("proving", made.name, 1)
        table = read_stored(self._version.table_path, [f.name for f in self._version.model.features])
        proof = make_proof(source.model, table, model_sha256=self._release.model_sha256)
        self._context.check_cancelled()
        self._say("certifying", made.name, 2)
        if source.part is None:
            certificate = certify(proof, name, made, work=self._context.staging)
        else:
            # rows at the model's own thresholds can be made only as the model sees them: an export of the model alone
            # is asked with those, and the one with the steps in it with rows as they come
            alone = certify(proof, name, self._alone(source, made), work=self._context.staging)
            proof = make_row_proof(source, Place(self._declared.prepares))
            certificate = both(alone, certify(proof, name, made, work=self._context.staging))
        self._target.seal(made, certificate)
        self._context.check_cancelled()
        self._say("certifying", made.name, 3)
        certify(proof.part(), name, made, work=self._context.staging)
        return certificate

    def _alone(self, source: Source, made: Path) -> Path:
        """The same export without the steps."""
        folder = self._context.staging / "alone"
        make_folder(folder)
        self._target.write(self._context, source.plain(), folder / made.name, self._settings)
        return folder / made.name

    def _say(self, step: str, name: str, done: int) -> None:
        progress = Progress(step=Text(f"deployment.step.{step}", {"name": name}), done=done, total=_STEPS)
        self._context.report(progress)


def _from_project(declared: Declared, settings: Settings, project: Path) -> Settings:
    """Folders within the project as seen from it, so that it can be moved; others in full."""
    found = dict(settings)
    for setting in declared.settings:
        if setting.kind is SettingKind.FOLDER and found.get(setting.name):
            folder = project / Path(found[setting.name]).expanduser()
            inside = folder.is_relative_to(project)
            found[setting.name] = folder.relative_to(project).as_posix() if inside else str(folder)
    return found


def _place(target: Target, version: ApprovedVersion, out: str) -> Path:
    """Where the export goes: a folder that is named takes a file under its own name."""
    name, ending = target.file_name(version), target.declared.ending
    if not out:
        folder = version.project.folder.absolute() / "exports"
        with writing(folder):
            make_folder(folder)
        return folder / name
    place = Path(out).absolute()
    if ending and place.is_dir():
        place = place / name
    check_ending(place, ending)
    check_place(place / name if place.is_dir() and not ending else place)
    return place
