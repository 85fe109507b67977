-- Numbers of the sequence are given before their transactions commit, so that an event may appear behind one that was
-- read already. In the order of transactions, read up to the oldest one under way, nothing does.
ALTER TABLE "record_events" ADD COLUMN "xid" xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX "record_events_in_log_order" ON "record_events" ("xid", "sequence");
DROP INDEX IF EXISTS "record_events_sequence_idx";

-- The last event that was pruned, in the order of the log.
CREATE TABLE "pruned_events" (
    "one" boolean NOT NULL DEFAULT true CHECK ("one"),
    "xid" xid8 NOT NULL,
    "sequence" bigint NOT NULL,
    PRIMARY KEY ("one")
);
INSERT INTO "pruned_events" ("xid", "sequence") VALUES ('0', 0);
