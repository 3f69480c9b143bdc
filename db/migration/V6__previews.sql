-- Pictures of pivots, for people to look at while the cascade goes on.
ALTER TABLE stage_task
  ADD COLUMN preview_key    text,
  ADD COLUMN preview_sha256 bytea,
  ADD COLUMN preview_bytes  bigint;
COMMENT ON COLUMN stage_task.preview_key IS
  'Where a picture of the pivot lies, if the user wanted previews and one could be made; forgotten together with the pivot.';
