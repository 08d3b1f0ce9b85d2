-- One full-text index over everything that is searched. It keeps no text of its own. Triggers note which documents no longer
-- fit their rows (search_stale; "OR IGNORE" would give way to the outer statement's own conflict clause), and whoever writes brings them up to date before the commit (searchindex.go): so no way of
-- writing a row can leave the index behind, and the index is written once a transaction and in its own order, which is
-- several times as fast as row by row. The functions search_… are the program's (functions.go).
--
-- A document's rowid says what it is, when it was and which row it stands for, from the highest bits down:
--     4 bits kind | 28 bits 268435455 minus minutes since 1970 | 32 bits id of the row
-- so that the rowids of one kind run from the newest to the oldest: "newest first" is the order that the index is read in
-- anyway, and a search stops as soon as it has enough. Kinds without a time of their own have 0 there and follow the id.
--     0 message  1 event  2 person  3 company  4 note of a person  5 note of a company
-- A new kind takes the next number, a view of this shape, triggers, and a name in searchindex.go.
DROP TABLE message_fts;

CREATE VIRTUAL TABLE search_fts USING fts5(
    title,                                          -- subject, name
    sender,                                         -- from; of an event, the organizer
    recipients,                                     -- to, cc, bcc; of an event, the attendees; of a person, the addresses
    text,                                           -- body and everything else that is read
    tags,                                           -- words that no text holds: hasattachment
    content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 2", prefix='3'
);

CREATE TABLE search_stale (
    doc           INTEGER PRIMARY KEY               -- empty outside of a transaction
);

CREATE VIEW message_search AS SELECT id,
    search_doc(0, received_at, id) AS doc,
    search_letters(subject) AS title,
    search_letters(from_name || ' ' || from_addr) AS sender,
    search_people(recipients) AS recipients,
    search_text(body_type, body) || ' ' || search_people(attachments) AS text,
    CASE WHEN has_attachments THEN 'hasattachment' ELSE '' END AS tags
    FROM message;

CREATE TRIGGER message_search_insert AFTER INSERT ON message BEGIN
    INSERT INTO search_stale VALUES (search_doc(0, new.received_at, new.id)) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER message_search_delete AFTER DELETE ON message BEGIN
    INSERT INTO search_stale VALUES (search_doc(0, old.received_at, old.id)) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER message_search_update AFTER UPDATE OF subject, from_name, from_addr, recipients, body_type, body, attachments,
    has_attachments, received_at ON message
WHEN (old.subject, old.from_name, old.from_addr, old.recipients, old.body_type, old.body, old.attachments, old.has_attachments, old.received_at)
    IS NOT (new.subject, new.from_name, new.from_addr, new.recipients, new.body_type, new.body, new.attachments, new.has_attachments, new.received_at)
BEGIN
    INSERT INTO search_stale VALUES (search_doc(0, old.received_at, old.id)), (search_doc(0, new.received_at, new.id)) ON CONFLICT DO NOTHING;
END;

CREATE VIEW event_search AS SELECT id,
    search_doc(1, start_at, id) AS doc,
    search_letters(subject) AS title,
    search_letters(organizer_name || ' ' || organizer_addr) AS sender,
    search_people(attendees) AS recipients,
    search_letters(location) || ' ' || search_text(body_type, body) AS text,
    '' AS tags
    FROM event WHERE kind <> 'seriesMaster';

CREATE TRIGGER event_search_insert AFTER INSERT ON event BEGIN
    INSERT INTO search_stale VALUES (search_doc(1, new.start_at, new.id)) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER event_search_delete AFTER DELETE ON event BEGIN
    INSERT INTO search_stale VALUES (search_doc(1, old.start_at, old.id)) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER event_search_update AFTER UPDATE OF subject, organizer_name, organizer_addr, attendees, location, body_type, body, start_at, kind ON event
WHEN (old.subject, old.organizer_name, old.organizer_addr, old.attendees, old.location, old.body_type, old.body, old.start_at, old.kind)
    IS NOT (new.subject, new.organizer_name, new.organizer_addr, new.attendees, new.location, new.body_type, new.body, new.start_at, new.kind)
BEGIN
    INSERT INTO search_stale VALUES (search_doc(1, old.start_at, old.id)), (search_doc(1, new.start_at, new.id)) ON CONFLICT DO NOTHING;
END;

-- A person is found by name, address, role, numbers, city and company; the notes apart from that, newest first.
CREATE VIEW person_search AS SELECT p.id AS id,
    search_doc(2, NULL, p.id) AS doc,
    search_letters(p.name) AS title,
    '' AS sender,
    coalesce((SELECT group_concat(addr, ' ') FROM person_address a WHERE a.person_id = p.id), '') AS recipients,
    search_letters(p.role || ' ' || p.phone || ' ' || p.mobile || ' ' || p.city || ' ' || coalesce(c.name, '')) AS text,
    '' AS tags
    FROM person p LEFT JOIN company c ON c.id = p.company_id;
CREATE VIEW person_note_search AS SELECT id,
    search_doc(4, updated_at, id) AS doc,
    search_letters(name) AS title, '' AS sender, '' AS recipients, search_letters(notes) AS text, '' AS tags
    FROM person WHERE notes <> '';

CREATE TRIGGER person_search_insert AFTER INSERT ON person BEGIN
    INSERT INTO search_stale VALUES (search_doc(2, NULL, new.id)), (search_doc(4, new.updated_at, new.id)) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER person_search_delete AFTER DELETE ON person BEGIN
    INSERT INTO search_stale VALUES (search_doc(2, NULL, old.id)), (search_doc(4, old.updated_at, old.id)) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER person_search_update AFTER UPDATE ON person BEGIN
    INSERT INTO search_stale VALUES (search_doc(2, NULL, new.id)), (search_doc(4, old.updated_at, old.id)), (search_doc(4, new.updated_at, new.id)) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER person_address_search_insert AFTER INSERT ON person_address BEGIN
    INSERT INTO search_stale VALUES (search_doc(2, NULL, new.person_id)) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER person_address_search_delete AFTER DELETE ON person_address BEGIN
    INSERT INTO search_stale VALUES (search_doc(2, NULL, old.person_id)) ON CONFLICT DO NOTHING;
END;

CREATE VIEW company_search AS SELECT id,
    search_doc(3, NULL, id) AS doc,
    search_letters(name) AS title,
    '' AS sender,
    domain || ' ' || website AS recipients,
    search_letters(industry || ' ' || phone || ' ' || city) AS text,
    '' AS tags
    FROM company;
CREATE VIEW company_note_search AS SELECT id,
    search_doc(5, updated_at, id) AS doc,
    search_letters(name) AS title, '' AS sender, '' AS recipients, search_letters(notes) AS text, '' AS tags
    FROM company WHERE notes <> '';

CREATE TRIGGER company_search_insert AFTER INSERT ON company BEGIN
    INSERT INTO search_stale VALUES (search_doc(3, NULL, new.id)), (search_doc(5, new.updated_at, new.id)) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER company_search_delete AFTER DELETE ON company BEGIN
    INSERT INTO search_stale VALUES (search_doc(3, NULL, old.id)), (search_doc(5, old.updated_at, old.id)) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER company_search_update AFTER UPDATE ON company BEGIN
    INSERT INTO search_stale VALUES (search_doc(3, NULL, new.id)), (search_doc(5, old.updated_at, old.id)), (search_doc(5, new.updated_at, new.id)) ON CONFLICT DO NOTHING;
    -- Its people are found by its name.
    INSERT INTO search_stale SELECT search_doc(2, NULL, id) FROM person WHERE company_id = new.id AND old.name <> new.name ON CONFLICT DO NOTHING;
END;

-- What earlier files hold is taken in when the file is opened.
INSERT INTO search_stale SELECT doc FROM message_search UNION ALL SELECT doc FROM event_search UNION ALL SELECT doc FROM person_search
    UNION ALL SELECT doc FROM company_search UNION ALL SELECT doc FROM person_note_search UNION ALL SELECT doc FROM company_note_search;
