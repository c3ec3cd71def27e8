-- How models behave: sketches by minute and hour, what was frozen as usual, and what each hour came to; see drift/.
CREATE TABLE segments (
    segment_id INTEGER NOT NULL,
    app VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    tenant VARCHAR NOT NULL,
    agent VARCHAR NOT NULL,
    "language" VARCHAR NOT NULL,
    prompt VARCHAR NOT NULL,
    -- The minute in which it was first seen.
    first_at TIMESTAMP NOT NULL
);
-- What came with calls beside models and prompts (fingerprint, tools, guardrail), and in which minute it first did.
CREATE TABLE first_seen (
    app VARCHAR NOT NULL,
    tenant VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    "value" VARCHAR NOT NULL,
    first_at TIMESTAMP NOT NULL
);
-- Several rows may be of one minute and segment; together they are its sketch.
CREATE TABLE behaviour_minutes ("at" TIMESTAMP NOT NULL, segment_id INTEGER NOT NULL, sketch BLOB NOT NULL);
CREATE TABLE behaviour_hours ("at" TIMESTAMP NOT NULL, segment_id INTEGER NOT NULL, sketch BLOB NOT NULL);
CREATE TABLE behaviour_names (metric VARCHAR NOT NULL, slot INTEGER NOT NULL, "name" VARCHAR NOT NULL);
-- One row: how far events are measured, and which hours are over.
CREATE TABLE behaviour_progress (events_seq BIGINT NOT NULL, hours_until TIMESTAMP);
INSERT INTO behaviour_progress VALUES (0, NULL);
CREATE TABLE baselines (
    "version" INTEGER NOT NULL,
    since TIMESTAMP NOT NULL,
    "until" TIMESTAMP NOT NULL,
    pinned_at TIMESTAMP NOT NULL,
    author VARCHAR NOT NULL,
    note VARCHAR NOT NULL,
    digest VARCHAR NOT NULL,
    "hours" INTEGER NOT NULL,
    left_out INTEGER NOT NULL,
    "schema" INTEGER NOT NULL
);
CREATE TABLE baseline_hours (
    "version" INTEGER NOT NULL,
    "at" TIMESTAMP NOT NULL,
    segment_id INTEGER NOT NULL,
    sketch BLOB NOT NULL
);
-- What each metric of each slice came to in each hour.
CREATE TABLE behaviour_points (
    "at" TIMESTAMP NOT NULL,
    slice VARCHAR NOT NULL,
    metric VARCHAR NOT NULL,
    n BIGINT NOT NULL,
    "value" DOUBLE,
    usual DOUBLE,
    effect DOUBLE NOT NULL,
    p_value DOUBLE NOT NULL,
    verdict VARCHAR NOT NULL,
    up DOUBLE NOT NULL,
    down DOUBLE NOT NULL,
    -- When the sums began to grow, in microseconds since 1970.
    up_since BIGINT,
    down_since BIGINT,
    baseline INTEGER NOT NULL
);
-- Where a monitor stood after an hour or a day; see drift/monitors/standing.py.
CREATE TABLE monitor_states ("at" TIMESTAMP NOT NULL, monitor VARCHAR NOT NULL, state BLOB NOT NULL);
-- Dollars of hours that are over, for monitors of money; who spent them is a hash, as this outlives what is erased.
CREATE TABLE spent_hours ("at" TIMESTAMP NOT NULL, "by" VARCHAR NOT NULL, mark VARCHAR NOT NULL, dollars DOUBLE NOT NULL);
