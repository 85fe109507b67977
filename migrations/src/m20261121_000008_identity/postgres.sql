-- Sign-ins that last. The family of a refresh token is its session.
CREATE TABLE "sessions" (
    "id" uuid NOT NULL,
    "org" uuid NOT NULL,
    "user_id" uuid NOT NULL,
    "method" text COLLATE "C" NOT NULL,
    "created_at" timestamptz NOT NULL,
    "used_at" timestamptz NOT NULL,
    "expires_at" timestamptz NOT NULL,
    "ended_at" timestamptz,
    "end_reason" text COLLATE "C",
    "ip_address" text COLLATE "C",
    "user_agent" text COLLATE "C",
    PRIMARY KEY ("id"),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);
CREATE INDEX "sessions_user_id_idx" ON "sessions" ("org", "user_id", "id");
CREATE INDEX "sessions_ended_at_idx" ON "sessions" ("ended_at") WHERE "ended_at" IS NOT NULL;
CREATE INDEX "sessions_expires_at_idx" ON "sessions" ("expires_at");

-- When a token was exchanged, and what its successor is derived with.
ALTER TABLE "refresh_tokens" ADD COLUMN "used_at" timestamptz;
ALTER TABLE "refresh_tokens" ADD COLUMN "salt" text COLLATE "C";

-- Tokens that are good for one thing once, kept as hashes.
CREATE TABLE "one_time_tokens" (
    "token_hash" text COLLATE "C" NOT NULL,
    "org" uuid NOT NULL,
    "user_id" uuid NOT NULL,
    "purpose" text COLLATE "C" NOT NULL,
    "bound_to" text COLLATE "C",
    "expires_at" timestamptz NOT NULL,
    "created_at" timestamptz NOT NULL,
    PRIMARY KEY ("token_hash"),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);
CREATE INDEX "one_time_tokens_user_id_idx" ON "one_time_tokens" ("org", "user_id", "purpose");
CREATE INDEX "one_time_tokens_expires_at_idx" ON "one_time_tokens" ("expires_at");

-- The step of the last one-time code that was taken: none is taken twice.
ALTER TABLE "users" ADD COLUMN "mfa_last_step" bigint;

-- What stands in for a second factor that was lost, kept as hashes, each good once.
CREATE TABLE "recovery_codes" (
    "user_id" uuid NOT NULL,
    "code_hash" text COLLATE "C" NOT NULL,
    "org" uuid NOT NULL,
    PRIMARY KEY ("org", "user_id", "code_hash"),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);

-- Which user somebody is who signs in elsewhere (OpenID Connect).
CREATE TABLE "user_identities" (
    "issuer" text COLLATE "C" NOT NULL,
    "subject" text COLLATE "C" NOT NULL,
    "org" uuid NOT NULL,
    "user_id" uuid NOT NULL,
    "created_at" timestamptz NOT NULL,
    PRIMARY KEY ("issuer", "subject"),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);
CREATE INDEX "user_identities_user_id_idx" ON "user_identities" ("org", "user_id");

-- How often a sign-in was tried since the last that succeeded. Keys are hashes: an address that is no user's is nobody's
-- business.
CREATE TABLE "sign_in_attempts" (
    "key" text COLLATE "C" NOT NULL,
    "failures" integer NOT NULL,
    "last_at" timestamptz NOT NULL,
    "free_at" timestamptz NOT NULL,
    "known" boolean NOT NULL DEFAULT false,
    PRIMARY KEY ("key")
);
CREATE INDEX "sign_in_attempts_last_at_idx" ON "sign_in_attempts" ("last_at");

-- What an API key begins with, and what of its role it may use.
ALTER TABLE "api_keys" ADD COLUMN "prefix" text COLLATE "C";
ALTER TABLE "api_keys" ADD COLUMN "scope" jsonb;

-- Counts what gateways have to learn at once: sessions that end, API keys that come and go, users who may not any more.
CREATE TABLE "admission" (
    "one" boolean NOT NULL DEFAULT true CHECK ("one"),
    "version" bigint NOT NULL,
    PRIMARY KEY ("one")
);
INSERT INTO "admission" ("version") VALUES (0);
