-- Full-text search: texts as words, words as terms, queries over terms. The crate `kontor-domain` does the same for SQLite
-- in its module `search`; what is changed here must be changed there, under a new number of `ddl::schema::Search::FORMAT`.

-- Without lists of stop words: which words a query may leave out is decided where it is read.
CREATE TEXT SEARCH DICTIONARY kontor_german (TEMPLATE = snowball, LANGUAGE = german);
CREATE TEXT SEARCH DICTIONARY kontor_english (TEMPLATE = snowball, LANGUAGE = english);
CREATE TEXT SEARCH CONFIGURATION kontor_german (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION kontor_german ALTER MAPPING REPLACE simple WITH kontor_german;
CREATE TEXT SEARCH CONFIGURATION kontor_english (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION kontor_english ALTER MAPPING REPLACE simple WITH kontor_english;

-- ' muller sohne ': lower case, no accents, one space for whatever is neither letter nor digit, and at both ends.
CREATE FUNCTION kontor_words(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(
  regexp_replace(lower(normalize(' ' || value || ' ', NFKD) COLLATE "und-x-icu"), '[\u0300-\u036f]', '', 'g'),
  '[^[:alnum:]]+', ' ', 'g');

-- The words and their stems: what a record is found by. In PL/pgSQL, whose plans a session keeps: an SQL function would be
-- planned anew with every insert, which costs five times as much. Columns are generated with it, and a dump is restored
-- without a search path, so it brings its own.
CREATE FUNCTION kontor_terms(value text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path FROM CURRENT AS $$
DECLARE
  words text := kontor_words(value);
BEGIN
  RETURN to_tsvector('simple', words) || to_tsvector('kontor_german', words) || to_tsvector('kontor_english', words);
END $$;

-- One word in all its forms; the word itself is matched as a beginning where it has more than one letter and that is
-- wanted. Words are letters and digits, so that none of them means anything in a tsquery.
CREATE FUNCTION kontor_forms(word text, prefix boolean) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '(''' || word || CASE WHEN prefix AND octet_length(word) > 1 THEN ''':* | ''' ELSE ''' | ''' END
  || (ts_lexize('kontor_german', word))[1] || ''' | ''' || (ts_lexize('kontor_english', word))[1] || ''')';

-- All words in any form, as beginnings too where that is wanted, all literal ones, and none of the excluded. Null, which
-- finds nothing, where nothing is looked for. In PL/pgSQL, whose plans a session keeps.
CREATE FUNCTION kontor_query(words text[], literal text[], excluded text[], prefix boolean) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  word text;
  terms text[] := '{}';
BEGIN
  FOREACH word IN ARRAY words LOOP
    terms := terms || kontor_forms(word, prefix);
  END LOOP;
  FOREACH word IN ARRAY literal LOOP
    terms := terms || quote_literal(word);
  END LOOP;
  IF terms = '{}' THEN
    RETURN NULL;
  END IF;
  FOREACH word IN ARRAY excluded LOOP
    terms := terms || ('!' || kontor_forms(word, FALSE));
  END LOOP;
  RETURN array_to_string(terms, ' & ')::tsquery;
END $$;
