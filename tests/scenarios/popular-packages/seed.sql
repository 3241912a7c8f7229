-- database: postgres
CREATE ROLE migrator LOGIN;
CREATE ROLE orders LOGIN;
GRANT orders TO migrator;
-- database: orders owner orders
-- include: suite/objects/healthy.sql
-- database: orders
CREATE EXTENSION pg_cron;
CREATE EXTENSION pgaudit;
CREATE EXTENSION orafce;
CREATE SCHEMA partman;
CREATE EXTENSION pg_partman SCHEMA partman;
CREATE TABLE app.events (id bigint, at timestamptz NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
SELECT partman.create_parent('app.events', 'at', 'native', 'monthly');
CREATE VIEW app.next_month AS SELECT oracle.add_months(now(), 1) AS at;
-- database: orders
SELECT pg_create_logical_replication_slot('changes', 'wal2json');
