-- What an ended run leaves behind: results, the pivots its user wants, and the files of dispatches that lost.
ALTER TABLE workload_run ADD COLUMN collect_at timestamptz;
CREATE INDEX workload_run_collect ON workload_run (collect_at) WHERE collect_at IS NOT NULL;
COMMENT ON COLUMN workload_run.collect_at IS
  'When its folder is next searched for artifacts no row names: at its end, and once more a day later, when no worker can still be writing. Null: not before the next end.';
COMMENT ON COLUMN stage_task.artifact_key IS
  'Where its artifact lies; null before success, and after keep_pivots had the bytes removed.';
UPDATE workload_run SET collect_at = finished_at WHERE finished_at IS NOT NULL;
