-- database: postgres
SET password_encryption = 'scram-sha-256';
CREATE ROLE auditor LOGIN;
CREATE ROLE migrator LOGIN PASSWORD 'of no use anywhere';
CREATE ROLE orders_owner NOLOGIN;
GRANT orders_owner TO migrator;
-- database: orders owner orders_owner
CREATE EXTENSION pgcrypto;
SET ROLE orders_owner;
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, total numeric(12,2));
-- database: payroll owner orders_owner
SET ROLE orders_owner;
CREATE TABLE salaries (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, amount numeric(12,2));
REVOKE CONNECT ON DATABASE payroll FROM PUBLIC;
