-- What can be searched of the audit journal. The journal's files are the truth: this is made from them, and made again
-- whenever it says something else.
CREATE TABLE audit_index (
    seq BIGINT NOT NULL,
    "at" TIMESTAMP NOT NULL,
    actor VARCHAR NOT NULL,
    uid BIGINT NOT NULL,
    role VARCHAR NOT NULL,
    action VARCHAR NOT NULL,
    object VARCHAR NOT NULL,
    result VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    hash VARCHAR NOT NULL,
    os_user VARCHAR NOT NULL,
    session VARCHAR NOT NULL,
    tty VARCHAR NOT NULL
);
