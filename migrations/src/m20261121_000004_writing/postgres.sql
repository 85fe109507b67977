-- Which version of the record a change made, by which API key it came, and with what else it was done.
ALTER TABLE "audit_logs" ADD COLUMN "version" integer;
ALTER TABLE "audit_logs" ADD COLUMN "api_key_id" uuid;
ALTER TABLE "audit_logs" ADD COLUMN "transaction" text COLLATE "C";
-- The logs go on telling who did it when the user is gone, and no row of theirs has to look for one.
ALTER TABLE "audit_logs" DROP CONSTRAINT "audit_logs_user_id_fkey";
ALTER TABLE "record_events" DROP CONSTRAINT "record_events_actor_id_fkey";
DROP INDEX "record_events_actor_id_idx";
DROP INDEX "audit_logs_action_idx";
DROP INDEX "audit_logs_created_at_idx";

-- Names of the module's events that a change was.
ALTER TABLE "record_events" ADD COLUMN "events" jsonb;
DROP INDEX "record_events_transaction_idx";
DROP INDEX "record_events_occurred_at_idx";

-- Answers of mutations that came with an Idempotency-Key: a repeated request gets the stored one.
CREATE TABLE "idempotency_keys" (
    "org" uuid NOT NULL,
    "user_id" uuid NOT NULL,
    "key" text COLLATE "C" NOT NULL,
    "fingerprint" text COLLATE "C" NOT NULL,
    "answer" text COLLATE "C",
    "created_at" timestamptz NOT NULL,
    PRIMARY KEY ("org", "user_id", "key"),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys" ("created_at");

-- Links that were cleared when what they led to was deleted, to be set again when it is restored.
CREATE TABLE "cleared_links" (
    "org" uuid NOT NULL,
    "target_id" uuid NOT NULL,
    "record_type" text COLLATE "C" NOT NULL,
    "field" text COLLATE "C" NOT NULL,
    "record_id" uuid NOT NULL,
    PRIMARY KEY ("org", "target_id", "record_type", "field", "record_id"),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE
);
