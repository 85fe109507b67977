-- Records that are shared with a user or a team besides whom their owner makes them visible to.
CREATE TABLE "shares" (
    "id" BLOB NOT NULL,
    "org" BLOB NOT NULL,
    "record_type" TEXT NOT NULL,
    "record_id" BLOB NOT NULL,
    "user_id" BLOB,
    "team_id" BLOB,
    "level" TEXT NOT NULL CHECK ("level" IN ('read', 'write')),
    "created_at" TEXT NOT NULL CHECK ("created_at" GLOB '????-??-??T??:??:??.??????Z'),
    "created_by_id" BLOB,
    PRIMARY KEY ("id"),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("team_id") REFERENCES "teams" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("created_by_id") REFERENCES "users" ("id") ON DELETE SET NULL,
    CHECK (("user_id" IS NULL) <> ("team_id" IS NULL))
) STRICT;
-- By the record, as rights look for them, with whom.
CREATE UNIQUE INDEX "shares_record_id_user_id_key" ON "shares" ("org", "record_type", "record_id", "user_id");
CREATE UNIQUE INDEX "shares_record_id_team_id_key" ON "shares" ("org", "record_type", "record_id", "team_id");
CREATE INDEX "shares_user_id_idx" ON "shares" ("org", "user_id", "id");
CREATE INDEX "shares_team_id_idx" ON "shares" ("org", "team_id", "id");
CREATE INDEX "shares_created_by_id_idx" ON "shares" ("org", "created_by_id", "id");
CREATE INDEX "shares_record_id_idx" ON "shares" ("org", "record_type", "record_id", "id");
CREATE INDEX "shares_in_order" ON "shares" ("org", "id");
