-- Tenants share the workers, then the workloads of a tenant share what it gets. Both levels are start-time fair queueing with the
-- tag of the next task: whoever has the smallest virtual time is served, which moves it on by tasks / weight; the virtual
-- clock is where the last one stood that was served, and nobody begins behind it or comes back from behind it.
ALTER TABLE workload ADD CONSTRAINT workload_tenant CHECK (tenant ~ '^[a-z0-9][a-z0-9._-]{0,62}$');
COMMENT ON COLUMN workload.tenant IS 'For whom it is: a label for sharing and limits. Nobody proves it, so it is no wall between users.';

-- A copy of what never changes, so that the open runs of a tenant are one range of an index.
ALTER TABLE workload_run
  ADD COLUMN tenant         text   NOT NULL DEFAULT 'default',
  ADD COLUMN items          int    NOT NULL DEFAULT 0,
  ADD COLUMN expected_bytes bigint NOT NULL DEFAULT 0;
UPDATE workload_run r SET tenant = w.tenant, items = coalesce(r.total, 0) FROM workload w WHERE w.id = r.workload_id;
CREATE INDEX workload_run_tenant ON workload_run (tenant)
  WHERE state IN ('queued', 'validating', 'in_progress', 'finalizing');
CREATE INDEX workload_run_sending ON workload_run (workload_id) WHERE state = 'in_progress';
COMMENT ON COLUMN workload_run.tenant IS 'That of its workload.';
COMMENT ON COLUMN workload_run.items IS 'Lines it was accepted with: what it counts against its tenant''s limit before total is known.';
COMMENT ON COLUMN workload_run.expected_bytes IS
  'About how many bytes of artifacts it was accepted for; what is not yet in stage_count.bytes is promised to it.';

ALTER TABLE stage_count ADD COLUMN bytes bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN stage_count.bytes IS 'Of all its accepted artifacts, also of those that were deleted since.';

ALTER TABLE pool ADD COLUMN virtual_clock double precision NOT NULL DEFAULT 0;
COMMENT ON COLUMN pool.virtual_clock IS 'Virtual time of the last tenant that was served.';

CREATE TABLE tenant_share (
  pool          text,
  tenant        text,
  virtual_time  double precision NOT NULL,
  virtual_clock double precision NOT NULL DEFAULT 0,
  CONSTRAINT tenant_share_once PRIMARY KEY (pool, tenant)
) WITH (fillfactor = 50);
COMMENT ON TABLE tenant_share IS
  'Fair share of tenants. A tenant without a run in progress stays until the others have caught up with it, so that many small workloads get no more than one large one.';
COMMENT ON COLUMN tenant_share.virtual_clock IS 'Virtual time of the last of its workloads that was served.';

-- Virtual times of former versions mean something else; who is in progress begins anew.
DROP TABLE dispatch_share;
CREATE TABLE dispatch_share (
  workload_id  uuid,
  pool         text,
  tenant       text NOT NULL,
  weight       smallint NOT NULL,
  virtual_time double precision NOT NULL,
  CONSTRAINT dispatch_share_once PRIMARY KEY (workload_id, pool),
  CONSTRAINT dispatch_share_weight CHECK (weight >= 1)
) WITH (fillfactor = 50);
CREATE INDEX dispatch_share_tenant ON dispatch_share (pool, tenant);
COMMENT ON TABLE dispatch_share IS 'Fair share of the workloads in progress within their tenant.';
COMMENT ON COLUMN dispatch_share.weight IS 'The priority plus one that its virtual time was reckoned with.';

-- Companions for a message are looked for workload by workload.
DROP INDEX stage_task_fill;
CREATE INDEX stage_task_fill ON stage_task (pool, batch_key, workload_id, ordinal) WHERE state = 'ready';
