-- Tables grow by appending. Primary keys and indexes cost inserts 9-41 %, so only the small tables have them;
-- the writer sees to it that ids are unique.

CREATE TABLE events (
    seq BIGINT NOT NULL,
    committed_at TIMESTAMP NOT NULL,
    event_id VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    source_path VARCHAR NOT NULL,
    source_offset BIGINT NOT NULL,
    source_len BIGINT NOT NULL,
    record_sha256 BLOB NOT NULL,
    record_idx BIGINT NOT NULL,
    sub_idx INTEGER NOT NULL,
    format VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    native_id VARCHAR,
    ts TIMESTAMP,
    ts_source VARCHAR NOT NULL,
    operation_name VARCHAR,
    provider_name VARCHAR,
    request_model VARCHAR,
    response_model VARCHAR,
    response_id VARCHAR,
    request_id VARCHAR,
    conversation_id VARCHAR,
    trace_id VARCHAR,
    span_id VARCHAR,
    parent_id VARCHAR,
    user_id VARCHAR,
    source_ip VARCHAR,
    service_name VARCHAR,
    tenant_id VARCHAR,
    environment VARCHAR,
    agent_id VARCHAR,
    agent_name VARCHAR,
    parent_agent_id VARCHAR,
    workspace VARCHAR,
    role VARCHAR,
    trust VARCHAR,
    content_sha256 BLOB,
    content_key UBIGINT,
    part_type VARCHAR,
    content_state VARCHAR NOT NULL,
    media_type VARCHAR,
    tool_name VARCHAR,
    tool_type VARCHAR,
    tool_server VARCHAR,
    tool_call_id VARCHAR,
    tool_is_error BOOLEAN,
    finish_reasons VARCHAR,
    refusal BOOLEAN,
    input_tokens BIGINT,
    output_tokens BIGINT,
    cache_read_input_tokens BIGINT,
    cache_write_input_tokens BIGINT,
    reasoning_output_tokens BIGINT,
    usage_key VARCHAR,
    duration_ms DOUBLE,
    ttft_ms DOUBLE,
    cost_usd DOUBLE,
    error_type VARCHAR,
    error_message VARCHAR,
    http_status INTEGER,
    guardrail_name VARCHAR,
    guardrail_verdict VARCHAR,
    guardrail_action VARCHAR,
    guardrail_findings VARCHAR,
    permission_mode VARCHAR,
    permission_decision VARCHAR,
    attrs VARCHAR
);

-- content_key is the first 8 bytes of the hash, big-endian: eight bytes a row to look for instead of thirty-two.
CREATE TABLE contents (
    content_sha256 BLOB NOT NULL,
    content_key UBIGINT NOT NULL,
    text VARCHAR USING COMPRESSION zstd NOT NULL,
    n_chars BIGINT NOT NULL,
    n_bytes BIGINT NOT NULL
);

CREATE TABLE seen_keys (
    key UBIGINT NOT NULL,
    conversation_id VARCHAR NOT NULL
);

CREATE TABLE dead_letters (
    seq BIGINT NOT NULL,
    noted_at TIMESTAMP NOT NULL,
    source_id VARCHAR NOT NULL,
    source_path VARCHAR NOT NULL,
    source_offset BIGINT NOT NULL,
    source_len BIGINT NOT NULL,
    record_sha256 BLOB NOT NULL,
    reason VARCHAR NOT NULL,
    excerpt VARCHAR NOT NULL
);

CREATE TABLE alerts (
    seq BIGINT NOT NULL,
    raised_at TIMESTAMP NOT NULL,
    state VARCHAR NOT NULL,
    version BIGINT NOT NULL,
    owner VARCHAR NOT NULL,
    alert_id VARCHAR NOT NULL,
    rule_id VARCHAR NOT NULL,
    rule_version VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    level VARCHAR NOT NULL,
    confidence DOUBLE NOT NULL,
    tags VARCHAR[],
    ts TIMESTAMP,
    event_id VARCHAR NOT NULL,
    conversation_id VARCHAR,
    user_id VARCHAR,
    app VARCHAR,
    model VARCHAR,
    format VARCHAR NOT NULL,
    source_path VARCHAR NOT NULL,
    source_offset BIGINT NOT NULL,
    source_len BIGINT NOT NULL,
    record_sha256 BLOB NOT NULL,
    role VARCHAR,
    trust VARCHAR,
    tool_name VARCHAR,
    field VARCHAR,
    spans BIGINT[][],
    excerpt VARCHAR,
    decoded_by VARCHAR,
    decoded_text VARCHAR,
    reason VARCHAR
);

CREATE TABLE alert_acts (
    alert_id VARCHAR NOT NULL,
    noted_at TIMESTAMP NOT NULL,
    actor VARCHAR NOT NULL,
    act VARCHAR NOT NULL,
    note VARCHAR NOT NULL,
    version BIGINT NOT NULL,
    command_id VARCHAR PRIMARY KEY
);

CREATE TABLE commands (
    command_id VARCHAR PRIMARY KEY,
    noted_at TIMESTAMP NOT NULL,
    reply BLOB NOT NULL
);

-- The checkpoint is msgpack, because its shape belongs to the intake.
CREATE TABLE checkpoints (
    source_id VARCHAR PRIMARY KEY,
    noted_at TIMESTAMP NOT NULL,
    checkpoint BLOB NOT NULL
);

CREATE TABLE source_stats (
    source_id VARCHAR PRIMARY KEY,
    path VARCHAR NOT NULL,
    format VARCHAR NOT NULL,
    records BIGINT NOT NULL,
    events BIGINT NOT NULL,
    dead_letters BIGINT NOT NULL,
    alerts BIGINT NOT NULL,
    content_yes BIGINT NOT NULL,
    last_event_at TIMESTAMP
);

-- Counts by name: kind is 'unknown' (record types that no mapping knows) or 'content_no' (why a content is not seen).
CREATE TABLE source_counts (
    source_id VARCHAR,
    kind VARCHAR,
    name VARCHAR,
    n BIGINT NOT NULL,
    PRIMARY KEY (source_id, kind, name)
);

-- One row: what the keys in seen_keys are made under, so that nobody outside can make two texts with one key.
CREATE TABLE secret (history BLOB NOT NULL);
