-- The audit log: which version of the record a change made, by which API key it came, and with what else it was done. It
-- goes on telling who did it when the user is gone, and no row has to look for one. SQLite makes a table anew to lose a
-- foreign key.
CREATE TABLE "audit_logs_new" (
    "id" BLOB NOT NULL,
    "org" BLOB NOT NULL,
    "user_id" BLOB,
    "action" TEXT NOT NULL,
    "record_type" TEXT,
    "record_id" BLOB,
    "changes" TEXT,
    "version" INTEGER,
    "transaction" TEXT,
    "ip_address" TEXT,
    "api_key_id" BLOB,
    "created_at" TEXT NOT NULL CHECK ("created_at" GLOB '????-??-??T??:??:??.??????Z'),
    PRIMARY KEY ("id"),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE
) STRICT;
INSERT INTO "audit_logs_new"
    ("id", "org", "user_id", "action", "record_type", "record_id", "changes", "ip_address", "created_at")
    SELECT "id", "org", "user_id", "action", "record_type", "record_id", "changes", "ip_address", "created_at"
    FROM "audit_logs";
DROP TABLE "audit_logs";
ALTER TABLE "audit_logs_new" RENAME TO "audit_logs";
CREATE INDEX "audit_logs_user_id_idx" ON "audit_logs" ("org", "user_id", "id");
CREATE INDEX "audit_logs_record_id_idx" ON "audit_logs" ("org", "record_type", "record_id", "id");
CREATE INDEX "audit_logs_in_order" ON "audit_logs" ("org", "id");

-- The event log: names of the module's events that a change was; its actor as above.
CREATE TABLE "record_events_new" (
    "sequence" INTEGER PRIMARY KEY AUTOINCREMENT,
    "id" BLOB NOT NULL,
    "org" BLOB NOT NULL,
    "transaction" TEXT NOT NULL,
    "record_type" TEXT NOT NULL,
    "record_id" BLOB NOT NULL,
    "kind" TEXT NOT NULL,
    "changed_fields" TEXT,
    "events" TEXT,
    "before" TEXT,
    "after" TEXT,
    "actor_id" BLOB,
    "occurred_at" TEXT NOT NULL CHECK ("occurred_at" GLOB '????-??-??T??:??:??.??????Z'),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE
) STRICT;
INSERT INTO "record_events_new" ("sequence", "id", "org", "transaction", "record_type", "record_id", "kind",
    "changed_fields", "before", "after", "actor_id", "occurred_at")
    SELECT "sequence", "id", "org", "transaction", "record_type", "record_id", "kind", "changed_fields", "before", "after",
    "actor_id", "occurred_at"
    FROM "record_events";
DROP TABLE "record_events";
ALTER TABLE "record_events_new" RENAME TO "record_events";
CREATE UNIQUE INDEX "record_events_id_key" ON "record_events" ("id");
CREATE INDEX "record_events_sequence_idx" ON "record_events" ("org", "sequence");
CREATE INDEX "record_events_record_id_idx" ON "record_events" ("org", "record_type", "record_id", "id");
CREATE INDEX "record_events_in_order" ON "record_events" ("org", "id");

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
