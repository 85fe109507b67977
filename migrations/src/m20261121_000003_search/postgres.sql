-- Full-text search: texts as words, words as terms, queries over terms. The crate `kontor-domain` does the same for SQLite
-- in its module `search`; what is changed here must be changed there, under a new number of `ddl::schema::Search::FORMAT`.
--
-- The bodies are parsed when the functions are made, so that a dump is restored whatever its search path.

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

-- The words and their stems: what a record is found by.
CREATE FUNCTION kontor_terms(value text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_tsvector('simple', kontor_words(value))
  || to_tsvector('kontor_german', kontor_words(value))
  || to_tsvector('kontor_english', kontor_words(value));

-- One word in all its forms, to be matched in fields of some weights ('AB'; '' for all); the word itself is matched as a
-- beginning where it has more than one letter and that is wanted. Words are letters and digits, so that none of them
-- means anything in a tsquery.
CREATE FUNCTION kontor_forms(word text, weights text, prefix boolean) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '(''' || word || ''''
  || CASE WHEN prefix AND octet_length(word) > 1 THEN ':*' || weights WHEN weights <> '' THEN ':' || weights ELSE '' END
  || ' | ''' || (ts_lexize('kontor_german', word))[1] || '''' || CASE WHEN weights <> '' THEN ':' || weights ELSE '' END
  || ' | ''' || (ts_lexize('kontor_english', word))[1] || '''' || CASE WHEN weights <> '' THEN ':' || weights ELSE '' END
  || ')';

-- All words in a form ('literal', 'stem' or 'prefix') and all literal ones, in fields of some weights, and none of the
-- excluded anywhere. Null, which finds nothing, where nothing is looked for.
CREATE FUNCTION kontor_query(words text[], literal text[], excluded text[], weights text, form text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
  SELECT string_agg(wanted, ' & ')
    || coalesce((SELECT string_agg(' & !' || kontor_forms(word, '', FALSE), '') FROM unnest(excluded) word), '')
  FROM (
    SELECT CASE form
      WHEN 'literal' THEN '''' || word || '''' || CASE WHEN weights <> '' THEN ':' || weights ELSE '' END
      ELSE kontor_forms(word, weights, form = 'prefix') END
    FROM unnest(words) word
    UNION ALL
    SELECT '''' || word || '''' || CASE WHEN weights <> '' THEN ':' || weights ELSE '' END FROM unnest(literal) word
  ) terms (wanted)
)::tsquery;
