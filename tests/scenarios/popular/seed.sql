-- database: postgres
CREATE ROLE migrator LOGIN;
CREATE ROLE orders LOGIN;
GRANT orders TO migrator;
-- database: orders owner orders
-- include: suite/objects/healthy.sql
-- database: orders
CREATE TABLE app.parts (id int NOT NULL, at date NOT NULL, PRIMARY KEY (id, at));
CREATE TABLE app.lines (id serial PRIMARY KEY, code citext UNIQUE, parent int REFERENCES app.lines, tags hstore DEFAULT '');
INSERT INTO app.lines (code) SELECT 'code ' || n FROM generate_series(1, 200) n;
CREATE VIEW app.codes AS SELECT code FROM app.lines;
CREATE VIEW app.calls AS SELECT query, calls FROM pg_stat_statements;
CREATE MATERIALIZED VIEW app.counted AS SELECT count(*) FROM app.lines;
