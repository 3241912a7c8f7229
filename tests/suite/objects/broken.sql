CREATE SCHEMA app;
CREATE COLLATION app.german FROM "de-x-icu";
CREATE TABLE app.customers (id int PRIMARY KEY, name text COLLATE app.german, city text COLLATE "fr-x-icu", photo oid);
CREATE INDEX customers_city ON app.customers (city);
UPDATE pg_collation SET collversion = '1.1' WHERE collname = 'fr-x-icu';

CREATE LANGUAGE pllegacy HANDLER plpgsql_call_handler;
CREATE FUNCTION app.in_legacy() RETURNS int LANGUAGE pllegacy AS 'BEGIN RETURN 1; END';

CREATE FUNCTION app.magnitude(int) RETURNS int LANGUAGE internal IMMUTABLE AS 'int4abs';
CREATE FUNCTION app.is_small(int) RETURNS bool LANGUAGE sql IMMUTABLE LEAKPROOF AS 'SELECT $1 < 10';
CREATE FUNCTION app.as_replica() RETURNS int LANGUAGE sql SET session_replication_role = replica AS 'SELECT 1';
CREATE FUNCTION app.silently() RETURNS int LANGUAGE sql SET log_statement = none SET work_mem = '8MB' AS 'SELECT 1';

SET search_path = app, public;
CREATE TABLE rates (currency text PRIMARY KEY, rate numeric);
CREATE FUNCTION rate_of(text) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT rate /* of today */ FROM rates WHERE currency = $1';
CREATE FUNCTION doubled(text) RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN 2 * rate_of($1); END';
CREATE TABLE orders (id int PRIMARY KEY, currency text CHECK (rate_of(currency) > 0));
CREATE INDEX orders_doubled ON orders (doubled(currency));
RESET search_path;

CREATE TYPE app.status AS ENUM ('new', 'done');
CREATE CAST (app.status AS bytea) WITH INOUT;
CREATE FUNCTION app.number_of(app.status) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE CAST (app.status AS int) WITH FUNCTION app.number_of(app.status) AS ASSIGNMENT;

CREATE FUNCTION app.reverse(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT pg_catalog.btint4cmp($2, $1)';
CREATE OPERATOR CLASS app.reverse_ops FOR TYPE int USING btree AS
  OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 app.reverse(int, int);
CREATE OPERATOR FAMILY app.lonely USING btree;
CREATE AGGREGATE app.gather(anynonarray) (sfunc = array_agg_transfn, stype = internal, finalfunc = array_agg_finalfn, finalfunc_extra);
CREATE FOREIGN DATA WRAPPER plain;
CREATE ACCESS METHOD own_btree TYPE INDEX HANDLER bthandler;
DO $$ BEGIN
  EXECUTE format('CREATE FUNCTION app.convert(int, int, cstring, internal, int%s LANGUAGE c STRICT AS %L, %L',
    CASE WHEN current_setting('server_version_num')::int >= 140000 THEN ', bool) RETURNS int' ELSE ') RETURNS void' END,
    '$libdir/utf8_and_iso8859_1', 'iso8859_1_to_utf8');
END $$;
CREATE CONVERSION app.latin FOR 'LATIN1' TO 'UTF8' FROM app.convert;

CREATE TYPE app."Announced";
CREATE TYPE app.meters;
CREATE FUNCTION app.meters_in(cstring) RETURNS app.meters LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION app.meters_out(app.meters) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE TYPE app.meters (input = app.meters_in, output = app.meters_out, like = int4);
CREATE TABLE app.walls (id int, length app.meters);

CREATE TEXT SEARCH PARSER app.words (start = prsd_start, gettoken = prsd_nexttoken, "end" = prsd_end, lextypes = prsd_lextype);
CREATE TEXT SEARCH TEMPLATE app.plain (init = dsimple_init, lexize = dsimple_lexize);
CREATE TEXT SEARCH DICTIONARY app.short (template = simple);
CREATE TEXT SEARCH CONFIGURATION app.english_short (copy = english);

CREATE FUNCTION app.note_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER audit_ddl ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'DROP TABLE') EXECUTE PROCEDURE app.note_ddl();
CREATE EVENT TRIGGER sleeping ON sql_drop EXECUTE PROCEDURE app.note_ddl();
ALTER EVENT TRIGGER sleeping DISABLE;

CREATE FUNCTION app.read_config() RETURNS text LANGUAGE sql AS $$ SELECT pg_read_file('app.conf') $$;
CREATE FUNCTION app.export_all() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('COPY app.customers TO %L', '/srv/out/customers.csv');
  COPY app.customers TO PROGRAM 'gzip > /srv/out/customers.gz';
END $$;

CREATE EXTENSION postgres_fdw;
CREATE SERVER warehouse FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'warehouse.corp.example', dbname 'facts');
CREATE USER MAPPING FOR PUBLIC SERVER warehouse OPTIONS (user 'reader', password 'canary-of-a-password');
CREATE FOREIGN TABLE app.facts (id int) SERVER warehouse;

SELECT lo_create(0), lo_create(0);
