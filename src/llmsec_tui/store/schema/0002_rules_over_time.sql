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
