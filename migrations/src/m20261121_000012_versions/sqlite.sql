-- The files that a version was made from (JSON: lists of path and text), the steps that undo it (JSON), and for a version
-- that undoes others the one whose state it has.
ALTER TABLE "metadata_versions" ADD COLUMN "sources" TEXT;
ALTER TABLE "metadata_versions" ADD COLUMN "undo" TEXT;
ALTER TABLE "metadata_versions" ADD COLUMN "restores" INTEGER;
