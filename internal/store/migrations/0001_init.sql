-- All times are Unix milliseconds, UTC, unless a column says otherwise.
-- Addresses are stored as the service gave them; *_lc columns and *_address tables hold them lower-cased for matching.

CREATE TABLE account (
    id            INTEGER PRIMARY KEY,
    key           TEXT    NOT NULL UNIQUE,          -- tid.oid of the id_token; never the address
    upn           TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    state         TEXT    NOT NULL DEFAULT 'ok',    -- ok | signin (sign in again)
    granted       TEXT    NOT NULL DEFAULT '',      -- granted scopes, space separated
    time_zone     TEXT    NOT NULL DEFAULT '',      -- the mailbox's zone, IANA
    added_at      INTEGER NOT NULL
);

CREATE TABLE mail_folder (
    id            INTEGER PRIMARY KEY,
    account_id    INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
    graph_id      TEXT    NOT NULL,
    parent_graph_id TEXT  NOT NULL DEFAULT '',
    name          TEXT    NOT NULL,
    well_known    TEXT    NOT NULL DEFAULT '',      -- inbox, sentitems, drafts, archive, deleteditems, junkemail, outbox or ''
    total         INTEGER NOT NULL DEFAULT 0,       -- as the server counted, for the progress figure
    UNIQUE (account_id, graph_id)
);

CREATE TABLE message (
    id            INTEGER PRIMARY KEY,
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
CREATE UNIQUE INDEX message_graph ON message(account_id, graph_id) WHERE graph_id <> '';
CREATE INDEX message_list   ON message(folder_id, received_at DESC, id DESC);
CREATE INDEX message_unread ON message(folder_id) WHERE is_read = 0;
CREATE INDEX message_conversation ON message(account_id, conversation, received_at);
CREATE INDEX message_nobody ON message(account_id, received_at DESC) WHERE body_type = '';

CREATE TABLE message_address (
    addr_lc       TEXT    NOT NULL,
    message_id    INTEGER NOT NULL REFERENCES message(id) ON DELETE CASCADE,
    role          TEXT    NOT NULL,                 -- from | to | cc
    at            INTEGER NOT NULL,                 -- received_at, so that the newest of an address needs no join
    PRIMARY KEY (addr_lc, at, message_id, role)
) WITHOUT ROWID;
CREATE INDEX message_address_message ON message_address(message_id);

CREATE VIRTUAL TABLE message_fts USING fts5(
    subject, people, body,
    content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 2", prefix='2 3'
);

CREATE TABLE calendar (
    id            INTEGER PRIMARY KEY,
    account_id    INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
    graph_id      TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    color         TEXT    NOT NULL DEFAULT 'auto',
    is_default    INTEGER NOT NULL DEFAULT 0,
    can_edit      INTEGER NOT NULL DEFAULT 1,
    UNIQUE (account_id, graph_id)
);

CREATE TABLE event (
    id            INTEGER PRIMARY KEY,
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
CREATE UNIQUE INDEX event_graph ON event(account_id, graph_id) WHERE graph_id <> '';
CREATE INDEX event_time   ON event(start_at, end_at) WHERE kind <> 'seriesMaster';
CREATE INDEX event_master ON event(account_id, master_graph_id) WHERE master_graph_id <> '';

CREATE TABLE event_address (
    addr_lc       TEXT    NOT NULL,
    event_id      INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
    start_at      INTEGER NOT NULL,
    PRIMARY KEY (addr_lc, start_at, event_id)
) WITHOUT ROWID;
CREATE INDEX event_address_event ON event_address(event_id);

-- One row for each thing that is followed by delta: 'folders', 'messages:<folder graph id>', 'calendars', 'events:<calendar graph id>'.
CREATE TABLE sync_state (
    account_id    INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
    scope         TEXT    NOT NULL,
    link          TEXT    NOT NULL DEFAULT '',      -- the next link while a round is under way, else the delta link; opaque
    complete      INTEGER NOT NULL DEFAULT 0,       -- 1 once a round has ended, so link is a delta link
    window_from   INTEGER NOT NULL DEFAULT 0,       -- calendarView only
    window_to     INTEGER NOT NULL DEFAULT 0,
    synced_at     INTEGER NOT NULL DEFAULT 0,
    round         INTEGER NOT NULL DEFAULT 0,       -- mark and sweep
    PRIMARY KEY (account_id, scope)
) WITHOUT ROWID;

-- One row for each intention of the person. It is deleted when the service has confirmed it.
CREATE TABLE outbox (
    id            INTEGER PRIMARY KEY,
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
CREATE INDEX outbox_item ON outbox(item_kind, item_id);

CREATE TABLE company (
    id            INTEGER PRIMARY KEY,
    name          TEXT    NOT NULL,
    domain        TEXT    NOT NULL DEFAULT '',      -- lower-case mail domain, matches people without a record
    industry      TEXT    NOT NULL DEFAULT '',
    phone         TEXT    NOT NULL DEFAULT '',
    website       TEXT    NOT NULL DEFAULT '',
    city          TEXT    NOT NULL DEFAULT '',
    notes         TEXT    NOT NULL DEFAULT '',
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
);
CREATE INDEX company_domain ON company(domain) WHERE domain <> '';

CREATE TABLE person (
    id            INTEGER PRIMARY KEY,
    company_id    INTEGER REFERENCES company(id) ON DELETE SET NULL,
    name          TEXT    NOT NULL,
    role          TEXT    NOT NULL DEFAULT '',
    phone         TEXT    NOT NULL DEFAULT '',
    mobile        TEXT    NOT NULL DEFAULT '',
    city          TEXT    NOT NULL DEFAULT '',
    notes         TEXT    NOT NULL DEFAULT '',
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
);
CREATE INDEX person_company ON person(company_id);

CREATE TABLE person_address (
    addr_lc       TEXT    NOT NULL PRIMARY KEY,     -- one person an address: the key that mail and meetings match on
    person_id     INTEGER NOT NULL REFERENCES person(id) ON DELETE CASCADE,
    addr          TEXT    NOT NULL,
    position      INTEGER NOT NULL                  -- 0 is the primary one
) WITHOUT ROWID;
CREATE INDEX person_address_person ON person_address(person_id);

CREATE TABLE setting (
    name          TEXT    NOT NULL PRIMARY KEY,
    value         TEXT    NOT NULL
) WITHOUT ROWID;
