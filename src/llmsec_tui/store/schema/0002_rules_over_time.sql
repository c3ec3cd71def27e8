ALTER TABLE alerts ADD COLUMN group_key VARCHAR;
ALTER TABLE alerts ADD COLUMN began TIMESTAMP;
ALTER TABLE alerts ADD COLUMN event_ids VARCHAR[];
ALTER TABLE alerts ADD COLUMN n_events BIGINT;

-- What rules over time remember is the last snapshot with the records after it folded in, in order. Both are msgpack,
-- because their shape belongs to detection. A record is one row a batch; a snapshot takes the place of all before it.
CREATE TABLE correlation_records (
    seq BIGINT NOT NULL,
    record BLOB NOT NULL
);
CREATE TABLE correlation_snapshot (
    seq BIGINT NOT NULL,
    snapshot BLOB NOT NULL
);

-- What each rule raised, how many events it could not judge, and what took no part in a rule over time, by reason.
CREATE TABLE rule_stats (
    rule_id VARCHAR PRIMARY KEY,
    alerts BIGINT NOT NULL,
    last_alert_at TIMESTAMP,
    withdrawn BIGINT NOT NULL,
    not_evaluable BIGINT NOT NULL,
    late BIGINT NOT NULL,
    untimed BIGINT NOT NULL,
    ungrouped BIGINT NOT NULL,
    future BIGINT NOT NULL,
    evicted BIGINT NOT NULL
);

CREATE TABLE rules_off (
    rule_id VARCHAR PRIMARY KEY,
    noted_at TIMESTAMP NOT NULL,
    actor VARCHAR NOT NULL,
    reason VARCHAR NOT NULL
);
