-- Accounts, sessions and approvals, each as msgpack in the shape that access/ gives it. Names are unique within a kind
-- by the one writer that there is; a key would make every change an update of an index.
CREATE TABLE access_kept (
    kind VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    data BLOB NOT NULL
);
