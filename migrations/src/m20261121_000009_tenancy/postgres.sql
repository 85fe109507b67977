-- The organisation whose rows a connection sees while it is in the role that is confined to one; none where it is not set.
CREATE FUNCTION kontor_organization() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('kontor.organization', true), '')::uuid;
