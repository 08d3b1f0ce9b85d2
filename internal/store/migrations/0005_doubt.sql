-- What the service said is gone while something of the person's still waited on it. It is asked about again once nothing
-- waits any more: a delta tells of a removal only once.
CREATE TABLE sync_doubt (
    account_id    INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
    item_kind     TEXT    NOT NULL,                 -- message | event
    graph_id      TEXT    NOT NULL,
    PRIMARY KEY (account_id, item_kind, graph_id)
) WITHOUT ROWID;
