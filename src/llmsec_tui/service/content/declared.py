"""What is in every text of every reply. A field that is missing here is masked as if a model had written it."""

from collections.abc import Mapping

from llmsec_tui.audit.verdicts import VerdictRow, Verification
from llmsec_tui.service import rows
from llmsec_tui.service.access import api as access
from llmsec_tui.service.alert_rows import AlertRow
from llmsec_tui.service.asks import Done
from llmsec_tui.service.auditing import api as auditing
from llmsec_tui.service.auditing import key_api
from llmsec_tui.service.behaviour import api as behaviour
from llmsec_tui.service.campaigns import api as campaigns
from llmsec_tui.service.canaries import api as canaries
from llmsec_tui.service.compliance import api as compliance
from llmsec_tui.service.content import api as content
from llmsec_tui.service.content.kinds import Declared, Kind, declared
from llmsec_tui.service.detection import api as detection
from llmsec_tui.service.incidents import report_rows
from llmsec_tui.service.incidents import rows as incidents
from llmsec_tui.service.retention import api as retention
from llmsec_tui.service.rules import api as rules
from llmsec_tui.service.rules import explain_api
from llmsec_tui.service.silences import api as silences

_ALERTS: Mapping[type, Declared] = {
    AlertRow: declared(
        "alert_id rule_id title level state owner event_id conversation_id app model source_path role trust tool_name"
        " suppressed_by suppressed_ref group_id incident_id disposition",
        user="user_id",
        special={"excerpt": Kind.OWN},
    ),
    rows.AlertDetail: declared(
        "description false_positives references playbook tags rule_version rule_path field decoded_by format"
        " record_sha256 event_ids stands_for environment campaign_id",
        text="reason",
        special={"group_key": Kind.GROUP, "decoded_text": Kind.OWN},
    ),
    rows.RiskRow: declared("whose"),
    rows.AlertAct: declared("actor act", note="note"),
    silences.SilenceRow: declared("silence_id state rule_title author ended_by", note="reason end_reason"),
    silences.Demand: declared("field", special={"value": Kind.OWN}),
    silences.SilencePreview: declared("refusal"),
    silences.HiddenOfRule: declared("rule_id title level"),
    campaigns.CampaignRow: declared(
        "campaign_id title level apps encodings first_alert_id", user="first_user", text="excerpt"
    ),
    campaigns.VariantRow: declared("variant_id encodings alert_id", user="first_user", text="excerpt"),
    campaigns.CampaignDetail: declared("rules"),
}
_EVENTS: Mapping[type, Declared] = {
    rows.EventRow: declared(
        "event_id kind role trust tool_name conversation_id app model format source_path content_state alert_level",
        user="user_id",
        special={"text": Kind.OWN},
    ),
    rows.EventDetail: declared(special={"fields": Kind.OWN}),
    rows.Erasure: declared("author", note="reason"),
    rows.DeadLetterRow: declared("source_path", note="reason", special={"excerpt": Kind.OWN}),
    explain_api.Explained: declared("rule_id title kind event_id answer notes"),
    explain_api.ExplainedStep: declared("what", text="why"),
    content.RawRecord: declared("event_id source_path record_sha256 now_sha256", special={"data": Kind.OWN}),
    content.Revealed: declared("of id events sha256 message"),
    retention.HoldRow: declared("hold_id of author released_by", note="reason note", special={"id": Kind.OWN}),
    retention.RetentionState: declared("set_by problem", note="note"),
    retention.ErasurePreview: declared("of", special={"id": Kind.OWN}),
}
_COLLECTOR: Mapping[type, Declared] = {
    rows.Status: declared(
        "version store user role capabilities rules_version watching problem login session content protection anchor"
        " signing"
    ),
    rows.Overview: declared("open_by_level"),
    rows.SourceRow: declared("source_id path format state problem unknown content_no"),
    rows.AuditRow: declared("actor role action object result reason hash os_user session tty"),
    Done: declared("message"),
    rules.RuleRow: declared("rule_id title level kind state why tags path"),
    rules.RuleDetail: declared("name description version references false_positives playbook over_time numbers"),
    rules.RuleNamed: declared("rule_id title"),
    rules.RuleOff: declared("actor reason"),
    detection.Detection: declared("origin problem"),
    canaries.CanaryRow: declared("canary_id app prompt token token_sha256 rule_id"),
}
_INCIDENTS: Mapping[type, Declared] = {
    incidents.IncidentRow: declared(
        "incident_id level state before owner opened_by how changed_by changed apps watchers viewers disposition"
        " merged_into acts",
        note="title",
        user="users",
    ),
    incidents.ClockRow: declared("name title state"),
    incidents.IncidentDetail: declared("playbook description duplicate_of follows absorbed", note="closing_note"),
    incidents.TaskRow: declared("rule_id rule_title remedy state by", note="text note"),
    incidents.PinRow: declared("event_id source_path sha256 by result", note="note"),
    incidents.RunRow: declared("remedy title state by", filled="what told"),
    incidents.RuleCount: declared("rule_id title"),
    incidents.ConversationCount: declared("conversation_id app event_id"),
    incidents.RelatedRow: declared("relation", special={"shared": Kind.KEY}),
    incidents.TimelineRow: declared("kind what level ref", special={"who": Kind.OWN, "text": Kind.OWN}),
    incidents.RemedyRow: declared("name title kind missing", filled="what"),
    incidents.RunOutput: declared(text="text"),
    incidents.Desk: declared("dispositions levels people policy problem"),
    incidents.DutyRow: declared("name title"),
    incidents.Present: declared("others"),
    report_rows.LevelMetrics: declared("level"),
    report_rows.RuleMetrics: declared("rule_id title"),
    report_rows.TeamMetrics: declared("team"),
    report_rows.HandOverReport: declared("user", note="markdown"),
    incidents.NotificationRow: declared("incident_id channel about state why"),
    incidents.MarkerRow: declared("kind app author", note="text"),
    incidents.BulkDone: declared("message"),
    incidents.ItemResult: declared("name message"),
    incidents.Bundle: declared("incident_id message"),
    incidents.ExportedFile: declared("name", special={"content": Kind.OWN}),
}
_BEHAVIOUR: Mapping[type, Declared] = {
    behaviour.BehaviourRow: declared("slice metric title shape unit verdict why"),
    behaviour.BehaviourBoard: declared("note"),
    behaviour.BehaviourPoint: declared("verdict"),
    behaviour.ChangeMark: declared("kind app", note="text"),
    behaviour.CauseRow: declared("cause", note="why"),
    behaviour.SplitRow: declared("dimension movers"),
    behaviour.ShiftRow: declared("name"),
    behaviour.TermsRow: declared(text="more fewer"),
    behaviour.ContributorRow: declared("conversation_id event_id app", user="user_id"),
    behaviour.BehaviourDetail: declared("statistics"),
    behaviour.BaselineRow: declared("by digest", note="note"),
    behaviour.UsageRow: declared("of", special={"name": Kind.OWN}),
    behaviour.UsagePage: declared("by prices note"),
    behaviour.ModelRow: declared("metric title unit shape"),
    behaviour.Comparison: declared("models one other"),
}
_ACCESS: Mapping[type, Declared] = {
    access.Me: declared("user os_user role capabilities content apps tenants session protection"),
    access.LoggedIn: declared("token"),
    access.UserRow: declared("name role created_by"),
    access.Totp: declared("uri"),
    access.RoleList: declared("origin problem step_up four_eyes"),
    access.RoleRow: declared("name capabilities content apps tenants os_users users"),
    access.ApprovalRow: declared("approval_id by action object detail reason state decided_by note"),
}
# The journal holds references and hashes, never what a log says, so that all of it can be shown to whoever checks it.
_JOURNAL: Mapping[type, Declared] = {
    auditing.AnchorRow: declared("name kind problem"),
    auditing.AuditDetail: declared("before after ssh_client command_id boot_id prev record"),
    auditing.Head: declared("head root note vkey log_id signing consistency"),
    auditing.Proof: declared("record hash path note vkey"),
    key_api.KeyInfo: declared("vkey key_id place problem"),
    VerdictRow: declared("name words"),
    Verification: declared("integrity completeness head root log_id key_id"),
    compliance.PeriodReport: declared("name content message"),
}
DECLARED: Mapping[type, Declared] = {
    **_ALERTS,
    **_EVENTS,
    **_COLLECTOR,
    **_INCIDENTS,
    **_BEHAVIOUR,
    **_ACCESS,
    **_JOURNAL,
}

OF_EVENTS: Declared = {
    "attrs": Kind.TEXT,
    "content_sha256": Kind.TEXT,
    "error_message": Kind.TEXT,
    "guardrail_findings": Kind.TEXT,
    "user_id": Kind.USER,
    "source_ip": Kind.USER,
}
"""The columns of events that are not plain. By its hash a short text can be guessed."""
