-- One transaction writes at a time, so the sequence is the order of commits.
DROP INDEX IF EXISTS "record_events_sequence_idx";

-- The last event that was pruned, in the order of the log.
CREATE TABLE "pruned_events" (
    "one" INTEGER NOT NULL DEFAULT 1 CHECK ("one" = 1),
    "sequence" INTEGER NOT NULL,
    PRIMARY KEY ("one")
) STRICT;
INSERT INTO "pruned_events" ("sequence") VALUES (0);
