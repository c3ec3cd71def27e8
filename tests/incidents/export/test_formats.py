"""Each format is what its readers expect, and the same case gives the same bytes."""

import json
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import stix2
from tests.incidents.cases import NOW, RULE_ID, case, incident, record
from tests.patience import PATIENCE_S
from tests.store.parts import elsewhere

from llmsec_tui.errors import ServiceError
from llmsec_tui.incidents.changes import Opened
from llmsec_tui.incidents.export.bundle import FORMATS, bundle, formats_of
from llmsec_tui.incidents.export.case import Case
from llmsec_tui.incidents.export.catalogue import What, references
from llmsec_tui.incidents.export.markdown import MOST_LISTED, markdown
from llmsec_tui.incidents.export.ocsf import ocsf
from llmsec_tui.incidents.export.safe import clock, iso
from llmsec_tui.incidents.export.stix import stix
from llmsec_tui.incidents.export.timesketch import as_json_lines
from llmsec_tui.incidents.export.whole import read, whole
from llmsec_tui.incidents.states import Disposition, State

_MANIFEST = """
from tests.incidents.cases import case
from llmsec_tui.incidents.export.bundle import bundle
print(bundle(case("a <b> é"), [])[-1].content.decode())
"""


def _findings(made: Case) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ocsf(made).splitlines()]


def test_sha256sum_finds_every_file_in_order(tmp_path: Path) -> None:
    """The manifest is over all other files, and nothing else has to be installed to check it."""
    files = bundle(case(), FORMATS, {1: b"\x00raw\xff"})
    for file in files:
        (tmp_path / file.name).write_bytes(file.content)
    command = ["sha256sum", "--strict", "-c", "manifest.sha256"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [f"{file.name}: OK" for file in files[:-1]]
    (tmp_path / "INC-7.md").write_text("another report")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 1


def test_the_same_case_gives_the_same_bytes_in_another_process() -> None:
    """Whatever order sets have there."""
    process = elsewhere(_MANIFEST)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert err == ""
    assert out.strip() == bundle(case("a <b> é"), [])[-1].content.decode().strip()


def test_nothing_said_gives_every_format_but_the_raw_records() -> None:
    assert formats_of([]) == list(FORMATS)
    assert formats_of(["stix", "evidence", "stix"]) == ["stix", "evidence"]
    with pytest.raises(ServiceError, match="pdf"):
        formats_of(["pdf"])


def test_names_are_plain_and_the_manifest_is_last() -> None:
    names = [file.name for file in bundle(case(), [], {2: b"b", 1: b"a"})]
    assert names == [
        *("INC-7.md", "INC-7.html", "INC-7.json", "INC-7.stix.json", "INC-7.ocsf.jsonl", "INC-7.timesketch.jsonl"),
        *("INC-7.timesketch.csv", "INC-7.pin-1.raw", "INC-7.pin-2.raw", "manifest.sha256"),
    ]


def test_the_json_can_be_read_back_whole() -> None:
    made = case("é \x1b \U000e0041")
    assert read(whole(made)) == made


def test_the_report_says_first_that_excerpts_may_hold_secrets() -> None:
    first, warning = markdown(case()).decode().split("\n\n")[:2]
    assert first == "# INC-7: `ignore all`"
    assert warning.startswith("> Excerpts stand here as they are in the logs: they may hold secrets")


def test_a_report_of_thousands_of_alerts_stays_readable() -> None:
    made = markdown(case(alerts=MOST_LISTED + 5)).decode()
    assert "5 more are in the JSON file." in made
    assert made.count("said: `ignore all`") == MOST_LISTED


def test_what_an_export_leaves_out_is_said() -> None:
    made = markdown(case(alerts_left_out=9)).decode()
    assert "9 further ones are not in this export." in made
    assert "3 log events between the alerts are not on it." in made


def test_an_incident_with_nothing_in_it_can_be_exported() -> None:
    """A new one, whose alerts were withdrawn and whose rule is gone."""
    bare = incident("x", state=State.NEW, disposition=None, closing_note="", pins=(), tasks=(), runs=(), clocks=())
    made = case("x", incident=bare, alerts=0, events=[], timeline=[], rules=[], addresses=[])
    assert len(bundle(made, [])) == 8
    assert b"## Notes" not in markdown(made)


def test_a_bundle_is_valid_and_says_what_there_is() -> None:
    parsed = stix2.parse(stix(case()).decode(), allow_custom=False)
    kinds = [one["type"] for one in parsed["objects"]]
    expected = {
        *("identity", "incident", "attack-pattern", "directory", "file", "artifact", "user-account", "observed-data"),
        *("ipv4-addr", "ipv6-addr", "indicator", "relationship", "sighting", "note", "grouping"),
    }
    assert set(kinds) == expected
    ids = [one["id"] for one in parsed["objects"]]
    assert len(set(ids)) == len(ids)
    [sighting] = [one for one in parsed["objects"] if one["type"] == "sighting"]
    assert sighting["count"] == 2
    [indicator] = [one for one in parsed["objects"] if one["type"] == "indicator"]
    assert (indicator["pattern_type"], indicator["external_references"][0]["external_id"]) == ("sigma", RULE_ID)


def test_everything_that_a_bundle_refers_to_is_in_it() -> None:
    objects = json.loads(stix(case()))["objects"]
    ids = {one["id"] for one in objects}
    single = {value for one in objects for name, value in one.items() if name.endswith("_ref")}
    several = {value for one in objects for name, values in one.items() if name.endswith("_refs") for value in values}
    assert single | several <= ids


def test_techniques_and_risks_are_named_by_their_catalogues() -> None:
    objects = json.loads(stix(case()))["objects"]
    named = {
        (reference["source_name"], reference["external_id"])
        for one in objects
        if one["type"] == "attack-pattern"
        for reference in one["external_references"]
    }
    assert named == {
        ("mitre-atlas", "AML.T0051.000"),
        ("mitre-attack", "T1562.008"),
        ("owasp-llm-top-10", "LLM01:2025"),
    }


def test_a_later_bundle_has_newer_versions_of_the_same_objects() -> None:
    """And an incident of the same number on another desk has other ids."""
    made = case()
    later = msgspec.structs.replace(made, incident=incident("x", last_at=NOW + 10**9), generated_at=NOW + 10**9)
    before, after = json.loads(stix(made)), json.loads(stix(later))
    ids = [{one["id"] for one in one_bundle["objects"]} for one_bundle in (before, after)]
    assert ids[0] == ids[1]
    modified = [
        next(one["modified"] for one in one_bundle["objects"] if one["type"] == "incident")
        for one_bundle in (before, after)
    ]
    assert modified[0] < modified[1]
    first = made.events[0]
    assert isinstance(first.change, Opened)
    share = msgspec.structs.replace(first.change.share, alert_ids=["other"])
    change = msgspec.structs.replace(first.change, share=share)
    elsewhere_made = msgspec.structs.replace(made, events=[msgspec.structs.replace(first, change=change)])
    assert json.loads(stix(elsewhere_made))["id"] != before["id"]


_REQUIRED = {"activity_id", "category_uid", "class_uid", "finding_info", "metadata", "severity_id", "time", "type_uid"}


def test_findings_have_what_ocsf_requires() -> None:
    """Of class 2004 in version 1.8.0: the incident first, then each of its alerts."""
    findings = _findings(case())
    assert len(findings) == 3
    for finding in findings:
        assert finding.keys() >= _REQUIRED
        assert finding["class_uid"] == 2004
        assert finding["type_uid"] == 200_400 + finding["activity_id"]
        assert finding["finding_info"].keys() >= {"uid", "title"}
        assert finding["metadata"].keys() >= {"product", "version"}
        assert finding["metadata"]["correlation_uid"] == "INC-7"
        assert 0 <= finding["time"] < 10**13, "milliseconds"
        assert all({"file", "data"} <= one.keys() for one in finding["evidences"])
        assert all("type_id" in one for one in finding["observables"])
    uids = [finding["metadata"]["uid"] for finding in findings]
    assert len(set(uids)) == 3
    assert [one["uid"] for one in findings[0]["finding_info"]["related_events"]] == uids[1:]


@pytest.mark.parametrize(
    ("fields", "activity", "status", "verdict"),
    [
        ({"state": State.NEW, "disposition": None, "version": 1}, 1, 1, None),
        ({"state": State.PENDING, "disposition": None}, 2, 2, None),
        ({"state": State.RESOLVED, "disposition": None}, 2, 4, None),
        ({"state": State.CLOSED, "disposition": Disposition.FALSE_POSITIVE}, 3, 4, 1),
        ({"state": State.CLOSED, "disposition": Disposition.BENIGN_TRUE_POSITIVE}, 3, 4, 5),
        ({"state": State.MERGED, "disposition": None}, 2, 5, None),
    ],
)
def test_a_finding_says_how_far_the_incident_is(
    fields: dict[str, Any], activity: int, status: int, verdict: int | None
) -> None:
    finding = _findings(case(incident=incident("x", **fields)))[0]
    assert (finding["activity_id"], finding["status_id"], finding.get("verdict_id")) == (activity, status, verdict)


def test_every_state_and_disposition_has_its_number() -> None:
    for state in State:
        assert _findings(case(incident=incident("x", state=state)))[0]["status_id"]
    for disposition in Disposition:
        assert _findings(case(incident=incident("x", disposition=disposition)))[0]["verdict_id"]


def test_timesketch_gets_what_it_needs() -> None:
    rows = [json.loads(line) for line in as_json_lines(case()).splitlines()]
    for row in rows:
        assert row.keys() >= {"message", "datetime", "timestamp_desc"}
        moment = datetime.fromisoformat(row["datetime"])
        assert round(moment.timestamp() * 1e6) == row["timestamp"]
    assert [row["timestamp"] for row in rows] == sorted(row["timestamp"] for row in rows)


@pytest.mark.parametrize("at", [0, -5, 10**18, NOW])
def test_no_time_is_too_odd_to_be_told(at: int) -> None:
    assert datetime.fromisoformat(iso(at)).year >= 1970
    assert clock(at).endswith("Z")


def test_odd_times_in_alerts_break_no_format() -> None:
    """A log may claim any time, also that something ended before it began."""
    odd = [record(1, ts=0, began=NOW * 3), record(2, ts=9_999_999_999_999_999), record(3, ts=None)]
    assert len(bundle(msgspec.structs.replace(case(), alerts=odd), [])) == 8


def test_tags_refer_to_what_is_in_the_catalogues_and_other_tags_to_nothing() -> None:
    found = references(
        [
            *("atlas.aml-t0051-001", "atlas.aml-ta0005", "attack.t1562.008", "owasp.llm01", "asi.asi03"),
            *("attack.defense-evasion", "atlas.aml-tx", "atlas.t1", "owasp.llmx", "own.thing", "", "atlas.aml-t1-x"),
        ]
    )
    assert {(one.external_id, one.what) for one in found} == {
        ("AML.T0051.001", What.TECHNIQUE),
        ("AML.TA0005", What.TACTIC),
        ("T1562.008", What.TECHNIQUE),
        ("LLM01:2025", What.RISK),
        ("ASI03", What.RISK),
    }


def test_stix_is_only_loaded_when_it_is_made() -> None:
    """The collector starts without it."""
    process = elsewhere(
        "import sys, llmsec_tui.incidents.export.bundle; sys.exit(bool({'stix2', 'markdown_it'} & sys.modules.keys()))"
    )
    process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
