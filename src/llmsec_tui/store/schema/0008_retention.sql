-- Which erasure took an event's content; null while it is whole.
ALTER TABLE events ADD COLUMN erasure BIGINT;

-- What was erased, by whom and why. Of a user the name is not kept.
CREATE TABLE erasures (
    erasure BIGINT NOT NULL,
    "at" TIMESTAMP NOT NULL,
    author VARCHAR NOT NULL,
    of_what VARCHAR NOT NULL,
    id VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    events BIGINT NOT NULL,
    contents BIGINT NOT NULL,
    alerts BIGINT NOT NULL,
    letters BIGINT NOT NULL
);

-- What is not to be erased, and does not expire, until the hold is released.
CREATE TABLE holds (
    number BIGINT NOT NULL,
    of_what VARCHAR NOT NULL,
    id VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    author VARCHAR NOT NULL,
    placed_at TIMESTAMP NOT NULL,
    released_at TIMESTAMP,
    released_by VARCHAR,
    note VARCHAR
);

-- For how many days content is kept; the last row counts, and 0 is for ever.
CREATE TABLE retention (
    number BIGINT NOT NULL,
    days BIGINT NOT NULL,
    "at" TIMESTAMP NOT NULL,
    author VARCHAR NOT NULL,
    note VARCHAR NOT NULL
);

-- Since when bytes of erased content may still lie in free blocks of this file; a start rewrites it and empties this.
CREATE TABLE rewrite_due (since TIMESTAMP NOT NULL);
