-- What starts by the clock. The tables belong to trigger: schedule is what people edit (JPA), the others are written by machines.
-- Whoever changes anything of a schedule locks its row of schedule_timer first, before every row of the ledger.

CREATE TABLE schedule (
  id                  uuid PRIMARY KEY,
  tenant              text NOT NULL DEFAULT 'default',
  name                text NOT NULL,
  cron                text NOT NULL,
  time_zone           text NOT NULL,
  source              jsonb NOT NULL,
  overlap_policy      text NOT NULL DEFAULT 'forbid',
  starting_deadline_s bigint,
  enabled             boolean NOT NULL DEFAULT true,
  declared_sha256     bytea,
  created_at          timestamptz NOT NULL,
  version             int NOT NULL DEFAULT 0,
  CONSTRAINT schedule_name_once UNIQUE (tenant, name),
  CONSTRAINT schedule_source CHECK (num_nonnulls(source -> 'workload', source -> 'folder', source -> 'topic') = 1),
  CONSTRAINT schedule_overlap_policy CHECK (overlap_policy IN ('forbid', 'replace', 'allow')),
  CONSTRAINT schedule_starting_deadline CHECK (starting_deadline_s > 0)
);
COMMENT ON TABLE schedule IS 'What is to run when, as its user sends and edits it. How far it is lives in schedule_timer, so that edits and time never meet in one row.';
COMMENT ON COLUMN schedule.cron IS 'Over local times of time_zone: five fields, or six with the seconds first.';
COMMENT ON COLUMN schedule.source IS 'What a run is made of: exactly one of workload (a request), folder (of requests), topic (of items).';
COMMENT ON COLUMN schedule.overlap_policy IS 'What a run does while workloads of a former one are open.';
COMMENT ON COLUMN schedule.starting_deadline_s IS 'A run that would start later than this after its time is missed. Null: it starts however late.';
COMMENT ON COLUMN schedule.declared_sha256 IS 'Digest of the file that declares it, as it was last read; null if it came by REST.';
COMMENT ON COLUMN schedule.version IS 'Grows with every edit; the ETag.';

CREATE TABLE schedule_timer (
  schedule_id   uuid PRIMARY KEY REFERENCES schedule ON DELETE CASCADE,
  decided_until timestamptz NOT NULL,
  next_at       timestamptz,
  wake_at       timestamptz
);
CREATE INDEX schedule_timer_wake ON schedule_timer (wake_at) WHERE wake_at IS NOT NULL;
COMMENT ON TABLE schedule_timer IS 'How far a schedule is. Its row is the lock of everything that happens to the schedule.';
COMMENT ON COLUMN schedule_timer.decided_until IS 'Of every time up to here it is decided what became of it.';
COMMENT ON COLUMN schedule_timer.next_at IS 'The first time after that; null if there is none or the schedule is paused.';
COMMENT ON COLUMN schedule_timer.wake_at IS 'When a coordinator looks again: next_at, or a little later after a failure that may pass.';

CREATE TABLE schedule_run (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  schedule_id   uuid NOT NULL REFERENCES schedule ON DELETE CASCADE,
  logical_date  timestamp NOT NULL,
  cause         text NOT NULL,
  request_key   text,
  scheduled_for timestamptz NOT NULL,
  state         text NOT NULL,
  reason        text,
  decided_at    timestamptz NOT NULL,
  CONSTRAINT schedule_run_once UNIQUE (schedule_id, logical_date),
  CONSTRAINT schedule_run_request_once UNIQUE (schedule_id, request_key),
  CONSTRAINT schedule_run_cause CHECK (cause IN ('clock', 'trigger', 'backfill')),
  CONSTRAINT schedule_run_state CHECK (state IN ('pending', 'started', 'skipped_overlap', 'missed', 'failed')),
  CONSTRAINT schedule_run_request CHECK (cause <> 'trigger' OR request_key IS NOT NULL)
);
CREATE INDEX schedule_run_pending ON schedule_run (schedule_id, logical_date) WHERE state = 'pending';
COMMENT ON TABLE schedule_run IS 'What became of each time of a schedule. Written in the transaction that makes its workloads.';
COMMENT ON COLUMN schedule_run.logical_date IS 'Local time in the zone of the schedule: the time its cron names, or the moment somebody triggered it.';
COMMENT ON COLUMN schedule_run.request_key IS 'Of a run somebody triggered: the Idempotency-Key, so that a repeated request is the same run.';
COMMENT ON COLUMN schedule_run.reason IS 'Why nothing was started, or what of it was not.';

CREATE TABLE schedule_request (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  schedule_id  uuid NOT NULL REFERENCES schedule ON DELETE CASCADE,
  run_id       bigint REFERENCES schedule_run ON DELETE SET NULL,
  file         text,
  sha256       bytea,
  workload_id  uuid,
  error_code   text,
  error_detail text,
  CONSTRAINT schedule_request_once UNIQUE (schedule_id, file, sha256),
  CONSTRAINT schedule_request_file CHECK ((file IS NULL) = (sha256 IS NULL)),
  CONSTRAINT schedule_request_outcome CHECK (num_nonnulls(workload_id, error_code) = 1)
);
CREATE INDEX schedule_request_run ON schedule_request (run_id);
COMMENT ON TABLE schedule_request IS 'The requests of a run: each became a workload or was refused. Those from files outlive the run''s history, because a file is taken once.';
COMMENT ON COLUMN schedule_request.file IS 'Path of the file; null if the request came from the schedule itself or a topic.';
COMMENT ON COLUMN schedule_request.workload_id IS 'No foreign key: the history of a schedule neither keeps a workload nor goes with it.';

CREATE TABLE schedule_offset (
  schedule_id     uuid REFERENCES schedule ON DELETE CASCADE,
  topic           text,
  topic_partition int,
  next_offset     bigint NOT NULL,
  PRIMARY KEY (schedule_id, topic, topic_partition)
);
COMMENT ON TABLE schedule_offset IS 'Up to where the topic of a schedule has been collected; moved in the transaction that makes the workload of those records.';
