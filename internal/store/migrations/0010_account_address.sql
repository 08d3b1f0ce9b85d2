-- The mailbox's own address, which many organizations keep apart from what its owner signs in as; '' until it is known.
ALTER TABLE account ADD COLUMN address TEXT NOT NULL DEFAULT '';
