-- What of a mailbox is mirrored, as the person chose it, and what is kept beside mail and calendar.

ALTER TABLE account ADD COLUMN mail_months INTEGER NOT NULL DEFAULT 12;              -- how far back mail is mirrored; 0: all of it
ALTER TABLE account ADD COLUMN file_limit  INTEGER NOT NULL DEFAULT 1048576;         -- bytes; attachments up to this size are kept; 0: none
ALTER TABLE account ADD COLUMN files_limit INTEGER NOT NULL DEFAULT 524288000;       -- bytes; all kept attachments together
UPDATE account SET mail_months = 0;                                                  -- accounts that are there hold all of it already

-- Of 'messages:<folder graph id>' in sync_state, window_from is the moment from which on messages are followed (0: from the
-- beginning) and window_to the mail_months that it was made from. 'rest:messages:<folder graph id>' is the reading of what
-- the service left out of the first round of such a scope.

ALTER TABLE mail_folder ADD COLUMN in_range INTEGER NOT NULL DEFAULT -1;             -- as the server counted what is followed; -1: all of it is

ALTER TABLE calendar ADD COLUMN picked     INTEGER NOT NULL DEFAULT 1;               -- mirrored and shown
ALTER TABLE calendar ADD COLUMN owner_name TEXT    NOT NULL DEFAULT '';              -- of a calendar that somebody else shares, else ''
ALTER TABLE calendar ADD COLUMN owner_addr TEXT    NOT NULL DEFAULT '';
ALTER TABLE calendar ADD COLUMN problem    TEXT    NOT NULL DEFAULT '';              -- denied: it is shared no longer, or the permission is missing

-- Attachments that are kept for reading offline. They go with their message.
CREATE TABLE attachment_file (
    id            INTEGER PRIMARY KEY,
    account_id    INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
    message_id    INTEGER NOT NULL REFERENCES message(id) ON DELETE CASCADE,
    graph_id      TEXT    NOT NULL,                 -- of the attachment
    at            INTEGER NOT NULL,                 -- received_at of the message: the oldest give way
    size          INTEGER NOT NULL,                 -- bytes of data
    data          BLOB    NOT NULL,
    UNIQUE (message_id, graph_id)
);
CREATE INDEX attachment_file_age ON attachment_file(account_id, at, size);

ALTER TABLE message ADD COLUMN files INTEGER NOT NULL DEFAULT 0;                     -- 1 once it is decided which of its attachments are kept
CREATE INDEX message_unfiled ON message(account_id, received_at DESC) WHERE files = 0 AND has_attachments = 1 AND attachments NOT IN ('', '[]');

CREATE TABLE category (
    account_id    INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
    name          TEXT    NOT NULL,                 -- what messages and events name it by
    color         TEXT    NOT NULL,                 -- none, preset0 … preset24
    position      INTEGER NOT NULL,                 -- in the service's order
    PRIMARY KEY (account_id, name)
) WITHOUT ROWID;

CREATE TABLE contact_folder (
    id            INTEGER PRIMARY KEY,
    account_id    INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
    graph_id      TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    is_default    INTEGER NOT NULL DEFAULT 0,
    picked        INTEGER NOT NULL DEFAULT 1,
    UNIQUE (account_id, graph_id)
);

-- Contacts of Outlook. They are the mailbox's, not the CRM's: people and companies are kept apart from them.
CREATE TABLE contact (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id    INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
    folder_id     INTEGER NOT NULL REFERENCES contact_folder(id) ON DELETE CASCADE,
    graph_id      TEXT    NOT NULL,
    change_key    TEXT    NOT NULL DEFAULT '',
    name          TEXT    NOT NULL DEFAULT '',
    given_name    TEXT    NOT NULL DEFAULT '',
    surname       TEXT    NOT NULL DEFAULT '',
    company       TEXT    NOT NULL DEFAULT '',
    job_title     TEXT    NOT NULL DEFAULT '',
    department    TEXT    NOT NULL DEFAULT '',
    emails        TEXT    NOT NULL DEFAULT '[]',    -- [{name,addr}]
    phones        TEXT    NOT NULL DEFAULT '[]',    -- business numbers
    mobile        TEXT    NOT NULL DEFAULT '',
    city          TEXT    NOT NULL DEFAULT '',
    notes         TEXT    NOT NULL DEFAULT '',
    words         TEXT    NOT NULL DEFAULT '',      -- name, company and addresses, lower-case, each word after a blank: what is looked up by its beginnings
    UNIQUE (account_id, graph_id)
);
CREATE INDEX contact_folder_list ON contact(folder_id, name COLLATE NOCASE);

CREATE TABLE contact_address (
    addr_lc       TEXT    NOT NULL,
    contact_id    INTEGER NOT NULL REFERENCES contact(id) ON DELETE CASCADE,
    PRIMARY KEY (addr_lc, contact_id)
) WITHOUT ROWID;
CREATE INDEX contact_address_contact ON contact_address(contact_id);

-- Deletion of an account or a message follows the references above; without these the tables would be read whole for it.
CREATE INDEX contact_account ON contact(account_id);
