-- Which version of the record a change made, by which API key it came, and with what else it was done.
ALTER TABLE "audit_logs" ADD COLUMN "version" INTEGER;
ALTER TABLE "audit_logs" ADD COLUMN "api_key_id" BLOB;
ALTER TABLE "audit_logs" ADD COLUMN "transaction" TEXT;
DROP INDEX "audit_logs_action_idx";
DROP INDEX "audit_logs_created_at_idx";

-- Names of the module's events that a change was.
ALTER TABLE "record_events" ADD COLUMN "events" TEXT;
DROP INDEX "record_events_transaction_idx";
DROP INDEX "record_events_occurred_at_idx";

-- Answers of mutations that came with an Idempotency-Key: a repeated request gets the stored one.
CREATE TABLE "idempotency_keys" (
    "org" BLOB NOT NULL,
    "user_id" BLOB NOT NULL,
    "key" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "answer" TEXT,
    "created_at" TEXT NOT NULL CHECK ("created_at" GLOB '????-??-??T??:??:??.??????Z'),
    PRIMARY KEY ("org", "user_id", "key"),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
) WITHOUT ROWID, STRICT;
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys" ("created_at");

-- Links that were cleared when what they led to was deleted, to be set again when it is restored.
CREATE TABLE "cleared_links" (
    "org" BLOB NOT NULL,
    "target_id" BLOB NOT NULL,
    "record_type" TEXT NOT NULL,
    "field" TEXT NOT NULL,
    "record_id" BLOB NOT NULL,
    PRIMARY KEY ("org", "target_id", "record_type", "field", "record_id"),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE
) WITHOUT ROWID, STRICT;
