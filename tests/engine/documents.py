"""What rgc's JSON documents must look like, whatever the host: the promises of docs/json.md."""

import datetime
import re

REASONS = {
    "keep": ["current", "protected", "infrastructure", "rollback", "recent", "moving-tag", "in-use", "unreadable", "job", "idle",
             "unmanaged", "other"],
    "wait": ["young", "deploying", "next", "superseded", "failed", "dangling", "unused", "pressure"],
    "remove": ["superseded", "failed", "dangling", "unused", "pressure"],
}
OUTCOMES = ["removed", "in-use", "gone", "failed", "unknown", "skipped"]
PLAN = ["time", "engine", "disk", "ledger", "apps", "images", "containers", "build_cache", "builders", "hold", "pressure",
        "next_at", "estimate"]
MEMBERS = {
    "plan": PLAN,
    "collect": PLAN + ["outcomes", "freed", "disk_after", "began", "ended", "duration_ms", "requests", "interrupted", "error"],
    "status": PLAN + ["holders", "holders_total_bytes", "holders_note", "holders_gaps", "last", "next"],
    "why": ["kind", "verdict", "reason", "detail"],
    "history": ["passes"],
    "check": [],
    "audit": [],
}
APP = ["name", "destination", "folder", "kind", "keep_previous", "current", "current_version", "running", "idle", "ended_unseen", "last_run",
       "rollback", "size_bytes", "remove_bytes"]
IMAGE = ["id", "tags", "digests", "apps", "created", "arrived", "last_run", "size_bytes", "frees_bytes", "verdict",
         "reason", "detail", "eligible_at"]
CONTAINER = ["id", "name", "app", "destination", "image", "state", "verdict", "reason", "detail", "eligible_at"]


def _members(what, value, names):
    missing = [name for name in names if name not in value]
    assert not missing, f"{what} lacks {missing}: {value}"


def _values(value, name=""):
    """All (name, value) pairs of scalars in a document."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _values(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _values(inner, name)
    else:
        yield name, value


def _check_units(document):
    for name, value in _values(document):
        if name.endswith("_bytes") and value is not None:
            assert isinstance(value, int), f"{name}: {value!r}"
            assert value >= 0 or name == "disk_bytes", f"{name}: {value}"
        if name in ("id", "container", "image", "current") and isinstance(value, str) and ":" in value:
            assert re.fullmatch(r"sha256:[0-9a-f]{64}", value), f"{name}: {value!r}"
        if name in ("time", "began", "ended", "created", "arrived", "last_run", "eligible_at", "next_at") and value:
            datetime.datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ")


def _check_verdict(what, one):
    assert one["reason"] in REASONS[one["verdict"]], f"{what}: {one['verdict']} {one['reason']}"
    assert one["detail"], f"{what} has no detail"


def check(document, verb):
    """Raises AssertionError if the document is not what docs/json.md says."""
    if verb == "check":
        for one in document["checks"] if isinstance(document, dict) else document:
            _members("a check", one, ["name", "ok", "detail"])
        return
    assert document["schema"] == f"rgc/{verb}/1", document["schema"]
    _members(verb, document, MEMBERS[verb])
    _check_units(document)
    if verb == "audit":  # its schema says the rest
        return
    for app in document.get("apps", []) if verb != "why" else []:
        _members("an app", app, APP)
        assert app["rollback"]["ready"] == len(app["rollback"]["versions"]), app
    if verb == "why":
        return _check_verdict("why", document)
    for image in document.get("images", []):
        _members("an image", image, IMAGE)
        _check_verdict(image["tags"] or image["id"], image)
    for container in document.get("containers", []):
        _members("a container", container, CONTAINER)
        _check_verdict(container["name"], container)
    for outcome in document.get("outcomes", []):
        assert outcome["outcome"] in OUTCOMES, outcome
