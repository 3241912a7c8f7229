-- Each function finds an operator or a type only through search_path.
SET search_path = app, public;
CREATE EXTENSION hstore SCHEMA public; CREATE EXTENSION citext SCHEMA public; CREATE EXTENSION pg_trgm SCHEMA public;
CREATE FUNCTION first_of(hstore) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT $1 -> 'a' $$;
CREATE FUNCTION is_bare(h hstore) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN '' = h; END $$;
CREATE FUNCTION is_similar(what text) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT what % 'abc' $$;
CREATE FUNCTION is_declared(text) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$ DECLARE n int; c constant citext := $1; BEGIN RETURN c IS NOT NULL; END $$;
CREATE FUNCTION is_cast(text) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT cast($1 AS citext) IS NOT NULL $$;
CREATE FUNCTION is_constant(int) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT hstore 'a=>1' IS NOT NULL $$;
CREATE TABLE tags (id int, what text, tags hstore);
ALTER TABLE tags ADD CHECK (first_of(tags) IS NULL), ADD CHECK (is_bare(tags)), ADD CHECK (is_similar(what)), ADD CHECK (is_declared(what)),
  ADD CHECK (is_cast(what)), ADD CHECK (is_constant(id));
