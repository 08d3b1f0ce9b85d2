-- What a round of mark and sweep has met so far, so that a round that a quit interrupts goes on where it was. Rows are
-- there only while a scope is read anew (sync_state.round > 0).
CREATE TABLE sync_seen (
    account_id    INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
    scope         TEXT    NOT NULL,                 -- as in sync_state
    graph_id      TEXT    NOT NULL,
    PRIMARY KEY (account_id, scope, graph_id)
) WITHOUT ROWID;

-- Messages whose attachments are still to be listed, newest first.
CREATE INDEX message_unlisted ON message(account_id, received_at DESC) WHERE attachments = '';
