-- Workloads that stop at drafts, so that people choose which items are worth their full size, and workloads that give up.
ALTER TABLE workload
  ADD COLUMN stop_after        smallint,
  ADD COLUMN max_failure_ratio numeric,
  ADD CONSTRAINT workload_stop_after CHECK (stop_after >= 0),
  ADD CONSTRAINT workload_max_failure_ratio CHECK (max_failure_ratio > 0 AND max_failure_ratio <= 1);
COMMENT ON COLUMN workload.stop_after IS 'The denoise stage whose pivots become drafts; null: every item goes to its full size.';
COMMENT ON COLUMN workload.max_failure_ratio IS
  'Exact, because it is multiplied by a number of items and compared with another. Null: however many items fail, the rest runs.';

-- A draft's decode is a stage of its own, with a number behind all others, so that those keep theirs and with it their noise.
ALTER TABLE stage_plan ADD COLUMN input_stage smallint;
UPDATE stage_plan SET input_stage = stage - 1 WHERE stage > 0;
ALTER TABLE stage_plan ADD CONSTRAINT stage_plan_input CHECK ((stage = 0) = (input_stage IS NULL));
COMMENT ON COLUMN stage_plan.variant IS
  'Which way an item goes: 0 from a prompt, 1 from a picture, with an encode stage before the cascade; 2 and 3 the same to a draft.';
COMMENT ON COLUMN stage_plan.input_stage IS 'The stage before it on this way, whose artifact it starts from; null for the first.';
COMMENT ON COLUMN item.variant IS 'Its way through stage_plan. To promote a draft is to take 2 off: the rest of the full way lies before it.';

ALTER TABLE workload_run
  ADD COLUMN promoted      int NOT NULL DEFAULT 0,
  ADD COLUMN failure_limit int;
COMMENT ON COLUMN workload_run.promoted IS 'Items that were sent on from their drafts to full size, in all generations so far.';
COMMENT ON COLUMN workload_run.failure_limit IS
  'More failed items than these end the generation: those there were at its start, and its share of what it has to run. Null: no limit.';
