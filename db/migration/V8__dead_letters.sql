-- Records that could not be taken in, out of Kafka's dead-letter topics and into a place where people can look at them, find
-- them by what is wrong with them, and send them again.
CREATE TABLE dead_letter (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  dlt_topic     text NOT NULL,
  dlt_partition int NOT NULL,
  dlt_offset    bigint NOT NULL,
  topic         text NOT NULL,
  topic_offset  text,
  code          text NOT NULL,
  reason        text NOT NULL,
  key           bytea,
  value         bytea,
  header_names  bytea[] NOT NULL,
  header_values bytea[] NOT NULL,
  came_at       timestamptz NOT NULL,
  came_from     bigint,
  state         text NOT NULL DEFAULT 'kept',
  sends         int NOT NULL DEFAULT 0,
  redriven_at   timestamptz,
  CONSTRAINT dead_letter_once UNIQUE (dlt_topic, dlt_partition, dlt_offset),
  CONSTRAINT dead_letter_state CHECK (state IN ('kept', 'redriving', 'redriven')),
  CONSTRAINT dead_letter_redriven CHECK ((state = 'redriven') = (redriven_at IS NOT NULL)),
  CONSTRAINT dead_letter_headers CHECK (cardinality(header_names) = cardinality(header_values))
);
CREATE INDEX dead_letter_topic ON dead_letter (topic, code, id);
CREATE INDEX dead_letter_redriving ON dead_letter (id) WHERE state = 'redriving';
COMMENT ON TABLE dead_letter IS 'Records of the -dlt topics, each once however often it is read; deleted after a while.';
COMMENT ON COLUMN dead_letter.topic IS 'Where the record was refused, and where it goes again.';
COMMENT ON COLUMN dead_letter.topic_offset IS 'Partition and offset it had there, as its header says.';
COMMENT ON COLUMN dead_letter.code IS 'The error code it was refused with.';
COMMENT ON COLUMN dead_letter.header_names IS 'UTF-8, as bytes: nobody promises that a text column could hold them. Names that say why it is here are left out.';
COMMENT ON COLUMN dead_letter.came_from IS 'The dead letter that was redriven and became this one. No reference: that one may have been deleted.';
COMMENT ON COLUMN dead_letter.sends IS 'How often the broker is known to have taken it; a process that died over it may have sent it once more.';
