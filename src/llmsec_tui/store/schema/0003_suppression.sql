-- What became of an alert before anybody saw it; all null for alerts of before, which were all shown.
ALTER TABLE alerts ADD COLUMN suppressed_by VARCHAR;
ALTER TABLE alerts ADD COLUMN suppressed_ref VARCHAR;
ALTER TABLE alerts ADD COLUMN group_id VARCHAR;

-- What people do not want to be shown for a while. Matchers are JSON: a list of [field, pattern]. A silence is never
-- deleted: what it hid stays explained.
CREATE TABLE silences (
    silence_id VARCHAR PRIMARY KEY,
    author VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL,
    until TIMESTAMP NOT NULL,
    matchers VARCHAR NOT NULL,
    ended_at TIMESTAMP,
    ended_by VARCHAR,
    end_reason VARCHAR,
    hidden BIGINT NOT NULL,
    last_hidden_at TIMESTAMP
);
