-- Everything that ever happened to an incident, as JSON in the shape of incidents/changes.py; only ever appended to.
-- Whatever else is stored of incidents is made from it, and can be made again.
CREATE TABLE incident_events (
    number BIGINT NOT NULL,
    incident_id VARCHAR NOT NULL,
    seq BIGINT NOT NULL,
    "at" TIMESTAMP NOT NULL,
    actor VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    change VARCHAR NOT NULL,
    command_id VARCHAR NOT NULL
);

-- One row an incident: what the queue sorts and filters by, and the whole as msgpack of incidents/incident.py. Each
-- change puts a new row in the place of the old one, which takes half the time without a primary key.
CREATE TABLE incidents (
    number BIGINT NOT NULL,
    incident_id VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    how VARCHAR NOT NULL,
    level VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    owner VARCHAR NOT NULL,
    disposition VARCHAR NOT NULL,
    merged_into VARCHAR NOT NULL,
    opened_at TIMESTAMP NOT NULL,
    opened_by VARCHAR NOT NULL,
    last_at TIMESTAMP NOT NULL,
    first_event_at TIMESTAMP,
    first_alert_at TIMESTAMP,
    acknowledged_at TIMESTAMP,
    contained_at TIMESTAMP,
    resolved_at TIMESTAMP,
    closed_at TIMESTAMP,
    pending_us BIGINT NOT NULL,
    reopened BIGINT NOT NULL,
    due_at TIMESTAMP,
    due_clock VARCHAR NOT NULL,
    breached BIGINT NOT NULL,
    next_breach_at TIMESTAMP,
    running BIGINT NOT NULL,
    follows VARCHAR NOT NULL,
    n_alerts BIGINT NOT NULL,
    last_alert_at TIMESTAMP,
    apps VARCHAR[] NOT NULL,
    users VARCHAR[] NOT NULL,
    conversations VARCHAR[] NOT NULL,
    rules VARCHAR[] NOT NULL,
    watchers VARCHAR[] NOT NULL,
    snapshot BLOB NOT NULL
);

-- What connects alerts and incidents: a conversation, a user, a content that comes again. Of closed incidents too.
-- A key is the first 8 bytes of the BLAKE2b of what incidents/keys.py calls it: a batch looks for hundreds of them.
CREATE TABLE incident_keys (
    key UBIGINT NOT NULL,
    number BIGINT NOT NULL
);
CREATE INDEX incident_keys_key ON incident_keys (key);

-- How suspicious somebody has become: an amount that halves with time, as it was at that time.
CREATE TABLE entity_risk (
    entity VARCHAR PRIMARY KEY,
    risk DOUBLE NOT NULL,
    "at" TIMESTAMP NOT NULL
);

CREATE TABLE run_outputs (
    incident_id VARCHAR NOT NULL,
    run BIGINT NOT NULL,
    output BLOB NOT NULL,
    cut BIGINT NOT NULL
);

-- Who is to be told of what; a row stays until it was delivered or given up, and after that as a record.
CREATE TABLE notifications (
    seq BIGINT PRIMARY KEY,
    noted_at TIMESTAMP NOT NULL,
    incident_id VARCHAR NOT NULL,
    channel VARCHAR NOT NULL,
    about VARCHAR NOT NULL,
    level VARCHAR NOT NULL,
    message VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    attempts BIGINT NOT NULL,
    next_at TIMESTAMP,
    why VARCHAR NOT NULL
);

-- What changed outside, such as a deploy.
CREATE TABLE markers (
    seq BIGINT PRIMARY KEY,
    "at" TIMESTAMP NOT NULL,
    noted_at TIMESTAMP NOT NULL,
    kind VARCHAR NOT NULL,
    text VARCHAR NOT NULL,
    app VARCHAR NOT NULL,
    author VARCHAR NOT NULL
);

-- In which incident an alert is, and what closed it, so that reopening can undo exactly that.
ALTER TABLE alerts ADD COLUMN incident_id VARCHAR;
ALTER TABLE alerts ADD COLUMN disposition VARCHAR;
ALTER TABLE alerts ADD COLUMN closed_by VARCHAR;
ALTER TABLE alerts ADD COLUMN state_before VARCHAR;
ALTER TABLE alerts ADD COLUMN owner_before VARCHAR;
