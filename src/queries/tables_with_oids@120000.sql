-- what: tables with a hidden column oid: none since 12
-- since: 120000
-- privilege: none
-- columns: object, total
-- names: object (text)
SELECT c.relname::text AS object, count(*) OVER () AS total
FROM pg_class c
WHERE false
