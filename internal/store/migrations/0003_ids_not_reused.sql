-- A row id is never given twice. The queue names messages and events by their row, drafts that were kept name the message
-- they answer, and an undo names a row of the queue for ten seconds: with SQLite's usual ids, the next row after the newest
-- was deleted would take its place, and an answer would go to another message, or an undo would drop another change.
-- AUTOINCREMENT cannot be added to a table, so the three are made anew. Dropping a table deletes what refers to its rows:
-- the addresses are kept aside meanwhile.
CREATE TEMP TABLE kept_message_address AS SELECT * FROM message_address;
CREATE TEMP TABLE kept_event_address AS SELECT * FROM event_address;

CREATE TABLE message_new (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id    INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
    folder_id     INTEGER NOT NULL REFERENCES mail_folder(id) ON DELETE CASCADE,
    graph_id      TEXT    NOT NULL,                 -- immutable id; '' while only local
    change_key    TEXT    NOT NULL DEFAULT '',      -- the @odata.etag, for If-Match
    conversation  TEXT    NOT NULL DEFAULT '',
    internet_id   TEXT    NOT NULL DEFAULT '',
    subject       TEXT    NOT NULL DEFAULT '',
    from_name     TEXT    NOT NULL DEFAULT '',
    from_addr     TEXT    NOT NULL DEFAULT '',
    recipients    TEXT    NOT NULL DEFAULT '{}',    -- {"to":[{name,addr}],"cc":[],"bcc":[],"replyTo":[]}
    received_at   INTEGER NOT NULL DEFAULT 0,
    sent_at       INTEGER NOT NULL DEFAULT 0,
    is_read       INTEGER NOT NULL DEFAULT 0,
    is_draft      INTEGER NOT NULL DEFAULT 0,
    flagged       INTEGER NOT NULL DEFAULT 0,
    importance    TEXT    NOT NULL DEFAULT 'normal',
    has_attachments INTEGER NOT NULL DEFAULT 0,
    preview       TEXT    NOT NULL DEFAULT '',
    categories    TEXT    NOT NULL DEFAULT '[]',
    body_type     TEXT    NOT NULL DEFAULT '',      -- html | text | '' while not fetched
    body          TEXT    NOT NULL DEFAULT '',
    attachments   TEXT    NOT NULL DEFAULT ''       -- JSON array of {graphId,name,type,size,inline,contentId}; '' while not fetched
);
INSERT INTO message_new SELECT * FROM message;
DROP TABLE message;
ALTER TABLE message_new RENAME TO message;
CREATE UNIQUE INDEX message_graph ON message(account_id, graph_id) WHERE graph_id <> '';
CREATE INDEX message_list   ON message(folder_id, received_at DESC, id DESC);
CREATE INDEX message_unread ON message(folder_id) WHERE is_read = 0;
CREATE INDEX message_conversation ON message(account_id, conversation, received_at);
CREATE INDEX message_nobody ON message(account_id, received_at DESC) WHERE body_type = '';
CREATE INDEX message_unlisted ON message(account_id, received_at DESC) WHERE attachments = '';
INSERT OR IGNORE INTO message_address SELECT * FROM kept_message_address;

CREATE TABLE event_new (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id    INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
    calendar_id   INTEGER NOT NULL REFERENCES calendar(id) ON DELETE CASCADE,
    graph_id      TEXT    NOT NULL,                 -- immutable id; '' while only local
    change_key    TEXT    NOT NULL DEFAULT '',
    kind          TEXT    NOT NULL,                 -- singleInstance | occurrence | exception | seriesMaster
    master_graph_id TEXT  NOT NULL DEFAULT '',
    subject       TEXT    NOT NULL DEFAULT '',
    start_at      INTEGER NOT NULL,                 -- the instant; of an all-day event, midnight UTC of start_date
    end_at        INTEGER NOT NULL,                 -- exclusive
    start_zone    TEXT    NOT NULL DEFAULT 'UTC',   -- originalStartTimeZone as the service names it
    end_zone      TEXT    NOT NULL DEFAULT 'UTC',
    all_day       INTEGER NOT NULL DEFAULT 0,
    start_date    TEXT    NOT NULL DEFAULT '',      -- YYYY-MM-DD, all-day only
    end_date      TEXT    NOT NULL DEFAULT '',      -- exclusive, all-day only
    location      TEXT    NOT NULL DEFAULT '',
    show_as       TEXT    NOT NULL DEFAULT 'busy',
    sensitivity   TEXT    NOT NULL DEFAULT 'normal',
    organizer_name TEXT   NOT NULL DEFAULT '',
    organizer_addr TEXT   NOT NULL DEFAULT '',
    is_organizer  INTEGER NOT NULL DEFAULT 1,
    response      TEXT    NOT NULL DEFAULT 'none',
    attendees     TEXT    NOT NULL DEFAULT '[]',    -- [{name,addr,type,response}]
    body_type     TEXT    NOT NULL DEFAULT '',
    body          TEXT    NOT NULL DEFAULT '',
    preview       TEXT    NOT NULL DEFAULT '',
    join_url      TEXT    NOT NULL DEFAULT '',
    web_link      TEXT    NOT NULL DEFAULT '',
    categories    TEXT    NOT NULL DEFAULT '[]',
    cancelled     INTEGER NOT NULL DEFAULT 0,
    recurrence    TEXT    NOT NULL DEFAULT '',      -- Graph's JSON, on the series master
    transaction_id TEXT   NOT NULL DEFAULT ''
);
INSERT INTO event_new SELECT * FROM event;
DROP TABLE event;
ALTER TABLE event_new RENAME TO event;
CREATE UNIQUE INDEX event_graph ON event(account_id, graph_id) WHERE graph_id <> '';
CREATE INDEX event_time   ON event(start_at, end_at) WHERE kind <> 'seriesMaster';
CREATE INDEX event_master ON event(account_id, master_graph_id) WHERE master_graph_id <> '';
INSERT OR IGNORE INTO event_address SELECT * FROM kept_event_address;

CREATE TABLE outbox_new (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id    INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
    kind          TEXT    NOT NULL,                 -- event.edit event.create event.delete mail.read mail.reply mail.send mail.move
    item_kind     TEXT    NOT NULL,                 -- message | event
    item_id       INTEGER NOT NULL,                 -- row of message or event that it concerns
    payload       TEXT    NOT NULL,                 -- JSON of the intention
    before        TEXT    NOT NULL DEFAULT '',      -- JSON of what the row was, for discard and conflict
    etag          TEXT    NOT NULL DEFAULT '',      -- If-Match
    marker        TEXT    NOT NULL DEFAULT '',      -- transactionId or draft marker: makes a retry safe
    remote_id     TEXT    NOT NULL DEFAULT '',      -- the draft or event that an earlier attempt made
    step          TEXT    NOT NULL DEFAULT '',      -- how far a several-step send has come
    state         TEXT    NOT NULL DEFAULT 'queued',-- queued | failed | conflict
    attempts      INTEGER NOT NULL DEFAULT 0,
    not_before    INTEGER NOT NULL DEFAULT 0,
    error         TEXT    NOT NULL DEFAULT '',      -- for the log; no personal data
    conflict      TEXT    NOT NULL DEFAULT '',      -- JSON of the server's version, when state is conflict
    created_at    INTEGER NOT NULL
);
INSERT INTO outbox_new SELECT * FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_new RENAME TO outbox;
CREATE INDEX outbox_item ON outbox(item_kind, item_id);

DROP TABLE temp.kept_message_address;
DROP TABLE temp.kept_event_address;
