-- Sign-ins that last. The family of a refresh token is its session.
CREATE TABLE "sessions" (
    "id" BLOB NOT NULL,
    "org" BLOB NOT NULL,
    "user_id" BLOB NOT NULL,
    "method" TEXT NOT NULL,
    "created_at" TEXT NOT NULL CHECK ("created_at" GLOB '????-??-??T??:??:??.??????Z'),
    "used_at" TEXT NOT NULL CHECK ("used_at" GLOB '????-??-??T??:??:??.??????Z'),
    "expires_at" TEXT NOT NULL CHECK ("expires_at" GLOB '????-??-??T??:??:??.??????Z'),
    "ended_at" TEXT CHECK ("ended_at" GLOB '????-??-??T??:??:??.??????Z'),
    "end_reason" TEXT,
    "ip_address" TEXT,
    "user_agent" TEXT,
    PRIMARY KEY ("id"),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
) STRICT;
CREATE INDEX "sessions_user_id_idx" ON "sessions" ("org", "user_id", "id");
CREATE INDEX "sessions_ended_at_idx" ON "sessions" ("ended_at") WHERE "ended_at" IS NOT NULL;
CREATE INDEX "sessions_expires_at_idx" ON "sessions" ("expires_at");

-- When a token was exchanged, and what its successor is derived with.
ALTER TABLE "refresh_tokens" ADD COLUMN "used_at" TEXT CHECK ("used_at" GLOB '????-??-??T??:??:??.??????Z');
ALTER TABLE "refresh_tokens" ADD COLUMN "salt" TEXT;

-- Tokens that are good for one thing once, kept as hashes.
CREATE TABLE "one_time_tokens" (
    "token_hash" TEXT NOT NULL,
    "org" BLOB NOT NULL,
    "user_id" BLOB NOT NULL,
    "purpose" TEXT NOT NULL,
    "bound_to" TEXT,
    "expires_at" TEXT NOT NULL CHECK ("expires_at" GLOB '????-??-??T??:??:??.??????Z'),
    "created_at" TEXT NOT NULL CHECK ("created_at" GLOB '????-??-??T??:??:??.??????Z'),
    PRIMARY KEY ("token_hash"),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
) STRICT;
CREATE INDEX "one_time_tokens_user_id_idx" ON "one_time_tokens" ("org", "user_id", "purpose");
CREATE INDEX "one_time_tokens_expires_at_idx" ON "one_time_tokens" ("expires_at");

-- The step of the last one-time code that was taken: none is taken twice.
ALTER TABLE "users" ADD COLUMN "mfa_last_step" INTEGER;

-- What stands in for a second factor that was lost, kept as hashes, each good once.
CREATE TABLE "recovery_codes" (
    "user_id" BLOB NOT NULL,
    "code_hash" TEXT NOT NULL,
    "org" BLOB NOT NULL,
    PRIMARY KEY ("org", "user_id", "code_hash"),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
) STRICT;

-- Which user somebody is who signs in elsewhere (OpenID Connect).
CREATE TABLE "user_identities" (
    "issuer" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "org" BLOB NOT NULL,
    "user_id" BLOB NOT NULL,
    "created_at" TEXT NOT NULL CHECK ("created_at" GLOB '????-??-??T??:??:??.??????Z'),
    PRIMARY KEY ("issuer", "subject"),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
) STRICT;
CREATE INDEX "user_identities_user_id_idx" ON "user_identities" ("org", "user_id");

-- How often a sign-in was tried since the last that succeeded. Keys are hashes: an address that is no user's is nobody's
-- business.
CREATE TABLE "sign_in_attempts" (
    "key" TEXT NOT NULL,
    "failures" INTEGER NOT NULL,
    "last_at" TEXT NOT NULL CHECK ("last_at" GLOB '????-??-??T??:??:??.??????Z'),
    "free_at" TEXT NOT NULL CHECK ("free_at" GLOB '????-??-??T??:??:??.??????Z'),
    "known" INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY ("key")
) STRICT;
CREATE INDEX "sign_in_attempts_last_at_idx" ON "sign_in_attempts" ("last_at");

-- What an API key begins with, and what of its role it may use.
ALTER TABLE "api_keys" ADD COLUMN "prefix" TEXT;
ALTER TABLE "api_keys" ADD COLUMN "scope" TEXT;

-- Counts what gateways have to learn at once: sessions that end, API keys that come and go, users who may not any more.
CREATE TABLE "admission" (
    "one" INTEGER NOT NULL DEFAULT 1 CHECK ("one" = 1),
    "version" INTEGER NOT NULL,
    PRIMARY KEY ("one")
) STRICT;
INSERT INTO "admission" ("version") VALUES (0);
