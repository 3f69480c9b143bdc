-- Which beats of a worker are news. In the ledger and not in a process's memory, because the topic has one reader after
-- another, and what a former self of a worker says late is addressed to whichever reads it then.
-- Rows are locked before those of task_dispatch, by worker and arrival.
CREATE TABLE worker_boot (
  worker_id  text,
  boot_id    uuid,
  arrival    bigint GENERATED ALWAYS AS IDENTITY,
  seq        bigint NOT NULL DEFAULT 0,
  first_seen timestamptz NOT NULL,
  last_seen  timestamptz NOT NULL,
  CONSTRAINT worker_boot_once PRIMARY KEY (worker_id, boot_id),
  CONSTRAINT worker_boot_seq CHECK (seq >= 0)
) WITH (fillfactor = 50);
COMMENT ON TABLE worker_boot IS 'The starts of workers: beats of a boot that another has followed are ignored. A boot silent for a day is forgotten.';
COMMENT ON COLUMN worker_boot.arrival IS 'Order in which boots were first seen, also within one transaction: the greatest of a worker is its newest.';
COMMENT ON COLUMN worker_boot.seq IS 'Number of the last beat that was applied, 0 before the first; a beat that is not above it is ignored.';
COMMENT ON COLUMN worker_boot.last_seen IS 'Last beat, applied or ignored: as long as a former boot speaks, it is remembered that it is one.';

-- How large a picture a stage works on and how large a one a worker takes, so that the two can be compared where tasks are
-- picked. Generated: settings and device stay the only truth.
ALTER TABLE stage_plan ADD COLUMN pixels bigint NOT NULL GENERATED ALWAYS AS
  ((settings -> 'stage' ->> 'width')::bigint * (settings -> 'stage' ->> 'height')::bigint) STORED;
COMMENT ON COLUMN stage_plan.pixels IS 'Width times height of the stage''s picture; only workers that take as many get its tasks.';
ALTER TABLE worker ADD COLUMN max_pixels bigint NOT NULL GENERATED ALWAYS AS ((device ->> 'max_pixels')::bigint) STORED;
COMMENT ON COLUMN worker.max_pixels IS 'Width times height of the largest picture it takes; it declines larger ones.';
