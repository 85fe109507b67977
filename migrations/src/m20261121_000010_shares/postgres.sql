-- Records that are shared with a user or a team besides whom their owner makes them visible to.
CREATE TABLE "shares" (
    "id" uuid NOT NULL,
    "org" uuid NOT NULL,
    "record_type" text COLLATE "C" NOT NULL,
    "record_id" uuid NOT NULL,
    "user_id" uuid,
    "team_id" uuid,
    "level" text COLLATE "C" NOT NULL CHECK ("level" IN ('read', 'write')),
    "created_at" timestamptz NOT NULL,
    "created_by_id" uuid,
    PRIMARY KEY ("id"),
    CHECK (("user_id" IS NULL) <> ("team_id" IS NULL))
);
-- By the record, as rights look for them, with whom.
CREATE UNIQUE INDEX "shares_record_id_user_id_key" ON "shares" ("org", "record_type", "record_id", "user_id");
CREATE UNIQUE INDEX "shares_record_id_team_id_key" ON "shares" ("org", "record_type", "record_id", "team_id");
CREATE INDEX "shares_user_id_idx" ON "shares" ("org", "user_id", "id");
CREATE INDEX "shares_team_id_idx" ON "shares" ("org", "team_id", "id");
CREATE INDEX "shares_created_by_id_idx" ON "shares" ("org", "created_by_id", "id");
CREATE INDEX "shares_record_id_idx" ON "shares" ("org", "record_type", "record_id", "id");
CREATE INDEX "shares_in_order" ON "shares" ("org", "id");
ALTER TABLE "shares" ADD CONSTRAINT "shares_org_fkey"
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE DEFERRABLE;
ALTER TABLE "shares" ADD CONSTRAINT "shares_user_id_fkey"
    FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE DEFERRABLE;
ALTER TABLE "shares" ADD CONSTRAINT "shares_team_id_fkey"
    FOREIGN KEY ("team_id") REFERENCES "teams" ("id") ON DELETE CASCADE DEFERRABLE;
ALTER TABLE "shares" ADD CONSTRAINT "shares_created_by_id_fkey"
    FOREIGN KEY ("created_by_id") REFERENCES "users" ("id") ON DELETE SET NULL DEFERRABLE;
