-- database: postgres
SET password_encryption = 'scram-sha-256';
CREATE ROLE migrator LOGIN PASSWORD 'of no use anywhere';
CREATE ROLE app LOGIN PASSWORD 'of no use anywhere';
CREATE ROLE orders_owner NOLOGIN;
GRANT orders_owner TO migrator;
-- database: orders owner orders_owner
CREATE EXTENSION pg_trgm;
CREATE EXTENSION hstore;
CREATE EXTENSION pgcrypto;
SET ROLE orders_owner;
CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, traits hstore);
CREATE INDEX ON customers USING gin (name gin_trgm_ops);
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer bigint NOT NULL REFERENCES customers, placed timestamptz NOT NULL DEFAULT now(), total numeric(12,2));
CREATE VIEW large_orders AS SELECT * FROM orders WHERE total > 1000;
INSERT INTO customers (name) SELECT 'customer ' || n FROM generate_series(1, 500) n;
INSERT INTO orders (customer, total) SELECT 1 + n % 500, n FROM generate_series(1, 5000) n;
-- database: billing owner orders_owner
CREATE EXTENSION pgcrypto;
SET ROLE orders_owner;
CREATE TABLE invoices (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, order_id bigint NOT NULL, amount numeric(12,2));
INSERT INTO invoices (order_id, amount) SELECT n, n FROM generate_series(1, 5000) n;
