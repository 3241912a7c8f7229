-- what: publications and subscriptions of this database: none before 10
-- since: 90500
-- privilege: none
-- columns: kind, name, takes_all, is_enabled, total
-- names: name
SELECT c.relname::text AS kind, c.relname::text AS name, NULL::boolean AS takes_all, NULL::boolean AS is_enabled,
       count(*) OVER () AS total
FROM pg_class c
WHERE false
