-- The ledger: what was asked for, how far it is, and who is working on it. Postgres decides, Kafka carries.
-- A table belongs to exactly one package: workload and uploaded_file to intake (JPA), all others to dispatch (SQL).
-- Rows are locked in this order everywhere, each by id, or transactions dead-lock:
--   run_owner, pool, task_dispatch, stage_task, item, partition_count and stage_count, workload_run.

-- The only clock of the ledger. The offset is unset in production; a test moves time by SET selfcascade.clock_offset.
CREATE FUNCTION ledger_now() RETURNS timestamptz LANGUAGE sql STABLE AS
$$ SELECT now() + coalesce(nullif(current_setting('selfcascade.clock_offset', true), ''), '0 s')::interval $$;
COMMENT ON FUNCTION ledger_now() IS
  'Time of the ledger: the transaction''s time plus selfcascade.clock_offset, which is zero except in tests.';

---------------------------------------------------------------------------------------------------- what was asked for

CREATE TABLE uploaded_file (
  id          uuid PRIMARY KEY,
  tenant      text NOT NULL DEFAULT 'default',
  purpose     text NOT NULL,
  name        text,
  media_type  text NOT NULL,
  bytes       bigint NOT NULL,
  sha256      bytea NOT NULL,
  storage_key text NOT NULL,
  created_at  timestamptz NOT NULL,
  CONSTRAINT uploaded_file_bytes CHECK (bytes >= 0),
  CONSTRAINT uploaded_file_sha256 CHECK (octet_length(sha256) = 32),
  CONSTRAINT uploaded_file_storage_key_once UNIQUE (storage_key)
);
COMMENT ON TABLE uploaded_file IS 'A file a user sent before the workload that names it: a list of items, or a picture to enlarge.';
COMMENT ON COLUMN uploaded_file.purpose IS 'What the file may be used for, as the user declared it.';
COMMENT ON COLUMN uploaded_file.storage_key IS 'Where the bytes lie in the artifact store.';

CREATE TABLE workload (
  id             uuid PRIMARY KEY,
  tenant         text NOT NULL DEFAULT 'default',
  source         text NOT NULL,
  request_key    text NOT NULL,
  request_sha256 bytea NOT NULL,
  name           text,
  model          text NOT NULL,
  cascade        jsonb NOT NULL,
  items_key      text NOT NULL,
  priority       smallint NOT NULL DEFAULT 5,
  deadline       timestamptz,
  keep_pivots    text NOT NULL DEFAULT 'all',
  created_at     timestamptz NOT NULL,
  version        int NOT NULL DEFAULT 0,
  CONSTRAINT workload_request_once UNIQUE (tenant, source, request_key),
  CONSTRAINT workload_priority CHECK (priority BETWEEN 0 AND 9),
  CONSTRAINT workload_keep_pivots CHECK (keep_pivots IN ('all', 'last', 'none'))
);
COMMENT ON TABLE workload IS 'The request as its user sent and edits it. Progress lives in workload_run, so that edits and progress never meet in one row.';
COMMENT ON COLUMN workload.source IS 'Who assigned request_key: the CloudEvents source, or rest.';
COMMENT ON COLUMN workload.request_key IS 'The CloudEvents id or the Idempotency-Key: the same request sent twice is one workload.';
COMMENT ON COLUMN workload.request_sha256 IS 'Digest of the request, to tell a repetition from another request under the same key.';
COMMENT ON COLUMN workload.items_key IS 'The items as JSONL in the artifact store, written before this row is committed.';
COMMENT ON COLUMN workload.priority IS '0 (last) to 9 (first); a weight in the fair share, not a hard order.';
COMMENT ON COLUMN workload.keep_pivots IS 'Which latents outlive the workload: all, those of the last scale, or none.';
COMMENT ON COLUMN workload.version IS 'Grows with every edit; the ETag of the request.';

------------------------------------------------------------------------------------------------------- how far it is

CREATE TABLE workload_run (
  workload_id      uuid PRIMARY KEY REFERENCES workload ON DELETE CASCADE,
  generation       int NOT NULL DEFAULT 1,
  state            text NOT NULL DEFAULT 'queued',
  desired          text NOT NULL DEFAULT 'run',
  revision         bigint NOT NULL DEFAULT 0,
  job_execution_id bigint,
  total            int,
  partition_size   int,
  opened_until     int NOT NULL DEFAULT 0,
  results_key      text,
  errors_key       text,
  manifest_key     text,
  error_code       text,
  error_detail     text,
  queued_at        timestamptz NOT NULL,
  started_at       timestamptz,
  finished_at      timestamptz,
  CONSTRAINT workload_run_state CHECK (state IN
    ('queued', 'validating', 'in_progress', 'finalizing', 'completed', 'failed', 'cancelled', 'expired')),
  CONSTRAINT workload_run_desired CHECK (desired IN ('run', 'pause', 'cancel'))
);
CREATE INDEX workload_run_open ON workload_run (queued_at)
  WHERE state IN ('queued', 'validating', 'in_progress', 'finalizing');
COMMENT ON TABLE workload_run IS 'Progress of a workload. The pair (generation, state) only moves forward.';
COMMENT ON COLUMN workload_run.generation IS 'Grows by one with every retry, redrive or promotion of the finished workload.';
COMMENT ON COLUMN workload_run.desired IS 'What people ask for; the conductor brings the state there.';
COMMENT ON COLUMN workload_run.revision IS 'Grows by one with every committed change; REST, server-sent events and Kafka carry it.';
COMMENT ON COLUMN workload_run.total IS 'Number of items; unknown until ingest has read them.';
COMMENT ON COLUMN workload_run.partition_size IS 'Ordinals per partition.';
COMMENT ON COLUMN workload_run.opened_until IS 'Items with a smaller ordinal have had their first stage tasks opened.';

-- A row of its own: the transactions of a step hold it FOR SHARE while the applier of results never touches it.
-- In workload_run it would close the circle run -> counts -> run between those two.
CREATE TABLE run_owner (
  workload_id uuid PRIMARY KEY REFERENCES workload ON DELETE CASCADE,
  owner       text,
  epoch       bigint NOT NULL DEFAULT 0,
  owner_until timestamptz
);
COMMENT ON TABLE run_owner IS 'The lease of the one coordinator that conducts a run.';
COMMENT ON COLUMN run_owner.epoch IS 'Grows with every claim; a former owner''s epoch opens nothing.';

CREATE TABLE stage_plan (
  workload_id uuid NOT NULL REFERENCES workload ON DELETE CASCADE,
  variant     smallint NOT NULL,
  stage       smallint NOT NULL,
  kind        text NOT NULL,
  pool        text NOT NULL,
  batch_key   bigint NOT NULL,
  max_items   smallint NOT NULL,
  last        boolean NOT NULL,
  run_limit_s int NOT NULL,
  settings    jsonb NOT NULL,
  PRIMARY KEY (workload_id, variant, stage),
  CONSTRAINT stage_plan_kind CHECK (kind IN ('encode', 'denoise', 'decode')),
  CONSTRAINT stage_plan_max_items CHECK (max_items >= 1)
);
COMMENT ON TABLE stage_plan IS 'The stages of a workload, in order, as planned once at intake.';
COMMENT ON COLUMN stage_plan.variant IS 'Which start: 0 from a prompt; others from a picture, with an encode stage before the cascade.';
COMMENT ON COLUMN stage_plan.batch_key IS 'Tasks with equal keys may share a task message, whatever their workload.';
COMMENT ON COLUMN stage_plan.max_items IS 'Most tasks that one task message may carry.';
COMMENT ON COLUMN stage_plan.run_limit_s IS 'A worker ends its own run after so many seconds.';

CREATE TABLE item (
  workload_id   uuid NOT NULL REFERENCES workload ON DELETE CASCADE,
  ordinal       int NOT NULL,
  variant       smallint NOT NULL DEFAULT 0,
  custom_id     text,
  refused       boolean NOT NULL DEFAULT false,
  seed          bigint,
  spec          jsonb NOT NULL,
  state         text NOT NULL DEFAULT 'pending',
  settled_in    int,
  result_key    text,
  result_sha256 bytea,
  result_bytes  bigint,
  width         int,
  height        int,
  error_class   text,
  error_code    text,
  error_detail  text,
  PRIMARY KEY (workload_id, ordinal),
  CONSTRAINT item_state CHECK (state IN ('pending', 'completed', 'failed', 'cancelled')),
  CONSTRAINT item_result CHECK ((state = 'completed') = (result_sha256 IS NOT NULL))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX item_custom_id ON item (workload_id, custom_id) WHERE NOT refused;
COMMENT ON TABLE item IS 'One prompt or picture of a workload. Completed items have a result; no others do.';
COMMENT ON COLUMN item.ordinal IS 'Number of its line in the items, from 0.';
COMMENT ON COLUMN item.refused IS 'The line was invalid: the item failed without ever running.';
COMMENT ON COLUMN item.seed IS 'The noise seed, fixed at intake: the given one, or one derived from the workload''s seed and the ordinal.';
COMMENT ON COLUMN item.settled_in IS 'Generation in which the item left pending.';

---------------------------------------------------------------------------------------------------- who works on it

CREATE TABLE pool (
  name text PRIMARY KEY,
  rank smallint NOT NULL
);
COMMENT ON TABLE pool IS 'A class of workers with one queue. The dispatcher holds the row while it picks: one dispatcher per pool.';
COMMENT ON COLUMN pool.rank IS 'A task that ran out of memory moves to the pool of the next higher rank.';

CREATE TABLE task_dispatch (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  pool        text NOT NULL REFERENCES pool,
  batch_key   bigint NOT NULL,
  tasks       smallint NOT NULL,
  state       text NOT NULL DEFAULT 'sending',
  lease_until timestamptz NOT NULL,
  worker_id   text,
  boot_id     uuid,
  created_at  timestamptz NOT NULL,
  started_at  timestamptz,
  closed_at   timestamptz,
  closed_by   text,
  CONSTRAINT task_dispatch_state CHECK (state IN ('sending', 'waiting', 'running', 'closed'))
);
CREATE INDEX task_dispatch_open ON task_dispatch (pool, lease_until) WHERE state <> 'closed';
CREATE INDEX task_dispatch_closed ON task_dispatch (closed_at) WHERE state = 'closed';
COMMENT ON TABLE task_dispatch IS 'One task message. Its id is the fence of its tasks; the row holds their one lease. Closed rows go after a day.';
COMMENT ON COLUMN task_dispatch.started_at IS 'First announcement by a worker. A dispatch that never started costs its tasks no attempt.';
COMMENT ON COLUMN task_dispatch.closed_by IS 'Why the dispatch ended, for people: results, lease, cancel, boot.';

CREATE TABLE stage_task (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  workload_id     uuid NOT NULL,
  ordinal         int NOT NULL,
  stage           smallint NOT NULL,
  generation      int NOT NULL DEFAULT 1,
  pool            text NOT NULL,
  batch_key       bigint NOT NULL,
  state           text NOT NULL DEFAULT 'ready',
  not_before      timestamptz NOT NULL,
  attempt         smallint NOT NULL DEFAULT 0,
  worker_losses   smallint NOT NULL DEFAULT 0,
  dispatch_id     bigint,
  artifact_key    text,
  artifact_sha256 bytea,
  artifact_bytes  bigint,
  run_ms          int,
  error_class     text,
  error_code      text,
  error_detail    text,
  CONSTRAINT stage_task_once UNIQUE (workload_id, ordinal, stage),
  CONSTRAINT stage_task_item FOREIGN KEY (workload_id, ordinal) REFERENCES item ON DELETE CASCADE,
  CONSTRAINT stage_task_state CHECK (state IN ('ready', 'dispatched', 'succeeded', 'dead', 'cancelled')),
  CONSTRAINT stage_task_fenced CHECK (state <> 'dispatched' OR dispatch_id IS NOT NULL)
) WITH (fillfactor = 70);
CREATE INDEX stage_task_ready ON stage_task (pool, workload_id, stage DESC, ordinal) WHERE state = 'ready';
CREATE INDEX stage_task_fill ON stage_task (pool, batch_key) WHERE state = 'ready';
CREATE INDEX stage_task_sent ON stage_task (dispatch_id) WHERE state = 'dispatched';
COMMENT ON TABLE stage_task IS 'One item at one stage: the unit of retry. Its artifact, the pivot, is the unit of resumption.';
COMMENT ON COLUMN stage_task.not_before IS 'A ready task whose time lies ahead is waiting for its retry.';
COMMENT ON COLUMN stage_task.attempt IS 'Runs that failed or were lost after a worker had announced them.';
COMMENT ON COLUMN stage_task.worker_losses IS 'How many of those took their worker with them.';
COMMENT ON COLUMN stage_task.dispatch_id IS 'The fence: a result counts only if it names this dispatch. Kept after success.';

------------------------------------------------------------------------------------------------ counters and shares

CREATE TABLE partition_count (
  workload_id  uuid,
  partition_no smallint,
  total        int NOT NULL,
  completed    int NOT NULL DEFAULT 0,
  failed       int NOT NULL DEFAULT 0,
  cancelled    int NOT NULL DEFAULT 0,
  PRIMARY KEY (workload_id, partition_no)
) WITH (fillfactor = 50);
COMMENT ON TABLE partition_count IS 'Settled items per range of ordinals: what the job awaits without counting items.';

CREATE TABLE stage_count (
  workload_id uuid,
  stage       smallint,
  opened      int NOT NULL DEFAULT 0,
  succeeded   int NOT NULL DEFAULT 0,
  dead        int NOT NULL DEFAULT 0,
  run_ms      bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (workload_id, stage)
) WITH (fillfactor = 50);
COMMENT ON TABLE stage_count IS 'Tasks and run time per stage: what progress and estimates are made of.';

CREATE TABLE dispatch_share (
  pool         text,
  workload_id  uuid,
  virtual_time double precision NOT NULL,
  PRIMARY KEY (pool, workload_id)
);
COMMENT ON TABLE dispatch_share IS 'Fair share: the workload with the smallest virtual time is served next.';

CREATE TABLE batch_limit (
  pool      text,
  batch_key bigint,
  max_items smallint NOT NULL,
  PRIMARY KEY (pool, batch_key),
  CONSTRAINT batch_limit_max_items CHECK (max_items >= 1)
);
COMMENT ON TABLE batch_limit IS 'What the workers of a pool found to fit in memory.';

CREATE TABLE worker (
  id        text PRIMARY KEY,
  boot_id   uuid NOT NULL,
  pool      text NOT NULL,
  slots     smallint NOT NULL,
  device    jsonb NOT NULL,
  models    jsonb NOT NULL,
  state     text NOT NULL,
  last_seen timestamptz NOT NULL,
  CONSTRAINT worker_state CHECK (state IN ('up', 'draining', 'lost', 'gone'))
);
COMMENT ON TABLE worker IS 'Workers as their beats describe them.';
COMMENT ON COLUMN worker.boot_id IS 'New with every start of the process; the leases of former boots end at once.';

CREATE TABLE event_watermark (
  topic        text,
  partition    int,
  caught_up_at timestamptz NOT NULL,
  PRIMARY KEY (topic, partition)
);
COMMENT ON TABLE event_watermark IS 'Until when the events of workers have been applied: leases expire only against this, never against the clock alone.';

CREATE TABLE workload_event (
  workload_id uuid,
  revision    bigint,
  type        text NOT NULL,
  body        jsonb NOT NULL,
  at          timestamptz NOT NULL,
  published   boolean NOT NULL DEFAULT false,
  PRIMARY KEY (workload_id, revision)
);
CREATE INDEX workload_event_unpublished ON workload_event (workload_id, revision) WHERE NOT published;
COMMENT ON TABLE workload_event IS 'Changes to tell the world, written with the change itself and published by a relay.';
