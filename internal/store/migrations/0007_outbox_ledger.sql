-- A file that goes with mail written here. Its bytes are in the profile's outbox folder under blob, so that nothing that
-- happens to the original matters. While the mail is being written outbox_id is null and draft names the setting with the
-- unsent text; a row without either is left over and removed at the next start.
CREATE TABLE outbox_file (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    outbox_id     INTEGER REFERENCES outbox(id) ON DELETE CASCADE,
    draft         TEXT    NOT NULL DEFAULT '',
    position      INTEGER NOT NULL DEFAULT 0,
    name          TEXT    NOT NULL,
    type          TEXT    NOT NULL,
    size          INTEGER NOT NULL,                 -- bytes
    blob          TEXT    NOT NULL,
    whole         INTEGER NOT NULL DEFAULT 0,       -- 1 once every byte is in the folder
    marker        TEXT    NOT NULL,                 -- the attachment's contentId: tells whether the service has it
    upload_url    TEXT    NOT NULL DEFAULT '',      -- of a session under way; authorises by itself, so it is a secret
    sent          INTEGER NOT NULL DEFAULT 0,       -- bytes that the service has said it has
    uploaded      INTEGER NOT NULL DEFAULT 0        -- 1 once the service has all of it
);
CREATE INDEX outbox_file_outbox ON outbox_file(outbox_id);

-- When and why each item last changed. No text of an item is here: ids and names of fields only.
CREATE TABLE ledger (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id    INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
    at            INTEGER NOT NULL,                 -- milliseconds since 1970, UTC
    item_kind     TEXT    NOT NULL,                 -- message | event
    item_id       INTEGER NOT NULL,                 -- its row, which may be gone; 0: a new mail that has none
    outwards      INTEGER NOT NULL,                 -- 1: from here to the service
    what          TEXT    NOT NULL,                 -- new changed moved deleted | queued sent failed discarded conflict resolved
    why           TEXT    NOT NULL,                 -- first delta resync confirmation body verify | kind of the intention
    who           TEXT    NOT NULL,                 -- you | service | elsewhere
    fields        TEXT    NOT NULL DEFAULT '',      -- names, space between; of a failure its reason
    remote_id     TEXT    NOT NULL DEFAULT ''       -- of mail sent from here: the id that the sent copy will have
);
CREATE INDEX ledger_item ON ledger(item_kind, item_id, id);
CREATE INDEX ledger_remote ON ledger(remote_id) WHERE remote_id <> '';

-- What the last verification of a mailbox found.
CREATE TABLE verification (
    account_id    INTEGER PRIMARY KEY REFERENCES account(id) ON DELETE CASCADE,
    at            INTEGER NOT NULL,                 -- when it ended
    report        TEXT    NOT NULL                  -- JSON: numbers, and names of folders and calendars by row
);
