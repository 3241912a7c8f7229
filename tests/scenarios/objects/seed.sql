-- database: postgres
CREATE ROLE migrator LOGIN CONNECTION LIMIT 5;
CREATE ROLE orders LOGIN;
GRANT orders TO migrator;
-- database: postgres
CREATE TABLESPACE fast LOCATION '{directory:fast}';
-- database: postgres
CREATE DATABASE legacy ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0
-- database: archive
CREATE TABLE of_last_year (id int PRIMARY KEY);
-- database: orders owner orders
-- include: suite/objects/broken.sql
-- database: orders
CREATE COLLATION pg_catalog."German_Germany.1252" FROM "C";
CREATE TABLE app.cities (id int PRIMARY KEY, name text COLLATE pg_catalog."German_Germany.1252");
CREATE TABLE app.quick (id int PRIMARY KEY) TABLESPACE fast;
CREATE UNLOGGED TABLE app.cache (id int PRIMARY KEY, what text);
CREATE TABLE app.lines (id int PRIMARY KEY, what text);
CREATE UNIQUE INDEX broken ON app.lines (what);
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'app.broken'::regclass;
CREATE FUNCTION app.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER always AFTER INSERT ON app.lines FOR EACH ROW EXECUTE PROCEDURE app.nothing();
ALTER TABLE app.lines ENABLE ALWAYS TRIGGER always;
INSERT INTO pg_seclabel VALUES ('app.lines'::regclass, 'pg_class'::regclass, 2, 'anon', 'MASKED WITH FUNCTION anon.fake()');
CREATE PUBLICATION everything FOR ALL TABLES;
-- database: orders
CREATE EXTENSION citext SCHEMA pg_catalog;
CREATE EXTENSION hstore;
CREATE TABLE app.kept (x int PRIMARY KEY);
INSERT INTO app.kept VALUES (1);
ALTER EXTENSION hstore ADD TABLE app.kept;
CREATE EXTENSION pg_partman;
-- database: orders
CREATE TABLE app.history (id bigint);
CREATE TABLE app.events (id int PRIMARY KEY);
INSERT INTO app.events SELECT generate_series(1, 100);
DELETE FROM app.events WHERE id > 50;
UPDATE pg_class SET relpages = 3000000 WHERE oid = 'app.history'::regclass;
UPDATE pg_class SET relpages = 200000 WHERE oid = 'app.events'::regclass;
DO $$ BEGIN FOR n IN 1..150 LOOP EXECUTE format('CREATE TABLE app.part_%s (id int PRIMARY KEY)', n); END LOOP; END $$;
-- database: orders
-- What a newer major refuses or lacks, by the majors that take it
DO $$
DECLARE version int = current_setting('server_version_num')::int / 10000;
BEGIN
  IF version < 12 THEN
    EXECUTE 'CREATE TABLE app.times (a abstime, r reltime[])';
    EXECUTE 'CREATE TABLE app.numbered (id int PRIMARY KEY) WITH OIDS';
  END IF;
  IF version < 13 THEN
    EXECUTE 'CREATE FUNCTION app.audit() RETURNS opaque LANGUAGE internal AS ''suppress_redundant_updates_trigger''';
  END IF;
  IF version < 14 THEN
    EXECUTE 'CREATE VIEW app.factorials AS SELECT n ! AS f FROM generate_series(1, 5) n';
  END IF;
  IF version < 17 THEN
    EXECUTE 'CREATE AGGREGATE app.mean (interval) (SFUNC = interval_accum, STYPE = interval[], INITCOND = ''{0 second,0 second}'')';
  END IF;
  IF version < 18 THEN
    EXECUTE 'CREATE VIEW app.cached AS SELECT attname, attcacheoff FROM pg_attribute';
    EXECUTE 'CREATE FUNCTION app.offsets() RETURNS bigint LANGUAGE sql AS ''SELECT sum(attcacheoff) FROM pg_attribute''';
  END IF;
END $$;
-- database: postgres
ALTER DATABASE legacy SET default_transaction_read_only = on;
-- database: orders
BEGIN;
CREATE TABLE app.half_done (id int PRIMARY KEY);
PREPARE TRANSACTION 'half done';
