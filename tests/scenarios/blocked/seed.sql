-- database: postgres
SET password_encryption = 'md5';
CREATE ROLE migrator LOGIN PASSWORD 'of no use anywhere';
CREATE ROLE shop LOGIN PASSWORD 'of no use anywhere';
CREATE ROLE reporting LOGIN PASSWORD 'of no use anywhere';
GRANT shop TO migrator;
-- database: shop owner shop
CREATE EXTENSION citext;
CREATE EXTENSION postgres_fdw;
CREATE EXTENSION file_fdw;
CREATE EXTENSION pg_cron;
SET ROLE shop;
CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email citext UNIQUE);
CREATE TABLE events (at timestamptz DEFAULT now(), what text);
INSERT INTO customers (email) SELECT 'customer' || n || '@example.com' FROM generate_series(1, 500) n;
-- database: reports owner reporting
SET ROLE reporting;
CREATE TABLE daily (day date PRIMARY KEY, revenue numeric(14,2));
-- database: shop
RESET ROLE;
CREATE SERVER imports FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE price_list (sku text, price numeric) SERVER imports OPTIONS (filename '/srv/import/prices.csv', format 'csv');
