-- What a workload's pictures depend on besides its cascade. Kept apart from cascade, because items and conductor read
-- these and nobody has to parse JSON for them.
ALTER TABLE workload
  ADD COLUMN seed        bigint  NOT NULL DEFAULT 0,
  ADD COLUMN previews    boolean NOT NULL DEFAULT false,
  ADD COLUMN determinism text    NOT NULL DEFAULT 'standard',
  ADD CONSTRAINT workload_determinism CHECK (determinism IN ('standard', 'strict'));
COMMENT ON COLUMN workload.seed IS '64 bits, unsigned: the seeds of items without one are derived from it. Drawn at intake if the user gave none.';
COMMENT ON COLUMN workload.previews IS 'Whether the user wants to see the pivots of early stages as pictures.';
COMMENT ON COLUMN workload.determinism IS 'strict: every item alone in its native call, so its bytes do not depend on company.';
