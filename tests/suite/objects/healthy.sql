CREATE EXTENSION pg_stat_statements;
CREATE EXTENSION pgcrypto;
CREATE EXTENSION pg_trgm;
CREATE EXTENSION hstore;
CREATE EXTENSION citext;
CREATE EXTENSION postgres_fdw;
CREATE EXTENSION unaccent;
CREATE EXTENSION earthdistance CASCADE;
CREATE EXTENSION btree_gist;
CREATE EXTENSION lo;
CREATE EXTENSION ltree;
CREATE EXTENSION isn;

CREATE SCHEMA app;
CREATE TYPE app.status AS ENUM ('new', 'done');
CREATE TYPE app.price AS (amount numeric, currency text);
CREATE TYPE app.span AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE DOMAIN app.positive AS int CHECK (VALUE > 0);
CREATE AGGREGATE app.total(numeric) (sfunc = numeric_add, stype = numeric);
CREATE CONVERSION app.latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE OPERATOR app.## (leftarg = int, rightarg = int, procedure = int4pl);

SET search_path = app, public;
CREATE TABLE customers (id int PRIMARY KEY, name text COLLATE "C", email citext, traits hstore, path ltree, book isbn,
  state status, kind status[], worth price, valid span, rank positive, photo lo, sample bytea);
CREATE INDEX ON customers USING gin (name gin_trgm_ops);
CREATE INDEX ON customers (lower(name));
CREATE FUNCTION slug(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower(replace($1, '' '', ''-''))';
CREATE FUNCTION plain_name(text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp AS 'SELECT unaccent($1)';
CREATE FUNCTION known(int) RETURNS bool LANGUAGE plpgsql STABLE AS
  'BEGIN RETURN EXISTS (SELECT FROM app.customers c WHERE c.id = $1) AND public.similarity(''a'', ''b'') < 1; END';
CREATE FUNCTION initial(c citext, n int) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  word text := c; other public.citext; state int = 1;
BEGIN
  word := c; -- citext
  IF n % 2 = 0 AND n - 1 > 0 AND c OPERATOR(public.=) 'x' THEN RAISE NOTICE '% is no hstore', n; END IF;
  RETURN lower(left(word, state));
END $$;
CREATE INDEX ON customers (initial(email, rank));
CREATE FUNCTION unused_in_restore() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM customers';
CREATE INDEX ON customers (slug(name));
CREATE INDEX ON customers (plain_name(name));
CREATE TABLE orders (id int PRIMARY KEY, customer int CHECK (known(customer)), copy int);
CREATE MATERIALIZED VIEW sums AS SELECT customer, count(*) FROM orders WHERE known(customer) GROUP BY customer;
CREATE FUNCTION harmless() RETURNS void LANGUAGE plpgsql SET work_mem = '8MB' SET statement_timeout = '1s' AS $$
-- pg_read_file() would not do here
BEGIN
  /* COPY orders FROM '/srv/in' is * not * done either */
  PERFORM copy FROM orders WHERE copy = '1'::int;
  RAISE NOTICE 'pg_read_files(%)', 1;
  EXECUTE 'COPY app.orders TO STDOUT WITH CSV';
END $$;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE PROCEDURE touch();
