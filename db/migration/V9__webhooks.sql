-- Addresses outside that want to hear when a workload changes its state, and what they are to be told.
CREATE TABLE webhook (
  id                  uuid PRIMARY KEY,
  tenant              text NOT NULL,
  url                 text NOT NULL,
  states              text[] NOT NULL,
  secret              text NOT NULL,
  former_secret       text,
  former_secret_until timestamptz,
  enabled             boolean NOT NULL DEFAULT true,
  disabled_reason     text,
  created_at          timestamptz NOT NULL,
  CONSTRAINT webhook_states CHECK (cardinality(states) > 0),
  CONSTRAINT webhook_former_secret CHECK ((former_secret IS NULL) = (former_secret_until IS NULL)),
  CONSTRAINT webhook_disabled_reason CHECK (NOT enabled OR disabled_reason IS NULL)
);
CREATE INDEX webhook_tenant ON webhook (tenant, id);
COMMENT ON COLUMN webhook.states IS 'Of runs; entering one of them is told.';
COMMENT ON COLUMN webhook.secret IS 'Signs what is sent, so it must be kept as it is. Shown once, when it is made.';

CREATE TABLE webhook_delivery (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  message_id  uuid NOT NULL DEFAULT gen_random_uuid(),
  webhook_id  uuid NOT NULL REFERENCES webhook ON DELETE CASCADE,
  workload_id uuid NOT NULL,
  generation  int NOT NULL,
  run_state   text NOT NULL,
  body        text NOT NULL,
  state       text NOT NULL DEFAULT 'waiting',
  next_at     timestamptz NOT NULL,
  claims      int NOT NULL DEFAULT 0,
  attempts    int NOT NULL DEFAULT 0,
  last_status int,
  last_error  text,
  attempted_at timestamptz,
  created_at  timestamptz NOT NULL,
  CONSTRAINT webhook_delivery_state CHECK (state IN ('waiting', 'sending', 'delivered', 'dead')),
  CONSTRAINT webhook_delivery_once UNIQUE (webhook_id, workload_id, generation, run_state)
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (webhook_id, next_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX webhook_delivery_workload ON webhook_delivery (workload_id, id);
COMMENT ON TABLE webhook_delivery IS 'What a webhook is to be told, written with the change itself; sent until it is taken or given up.';
COMMENT ON COLUMN webhook_delivery.message_id IS 'The same at every attempt: a receiver knows by it what it has seen.';
COMMENT ON COLUMN webhook_delivery.next_at IS 'waiting: when it is due. sending: until when its sender is believed to be alive.';
COMMENT ON COLUMN webhook_delivery.claims IS 'Grows with every sending and never falls: what a sender reports counts only for its own.';
