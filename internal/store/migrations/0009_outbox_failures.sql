-- How many of an intention's attempts the service itself has failed. attempts counts those without a network too, which
-- say nothing about whether the service will ever take it.
ALTER TABLE outbox ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
UPDATE outbox SET failures=attempts WHERE error NOT LIKE 'offline%';
