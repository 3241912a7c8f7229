-- what: the names of the collations that a new database of the target has
-- since: 110000
-- privilege: none
-- columns: name, provider
-- names: none
SELECT DISTINCT c.collname::text AS name, c.collprovider::text AS provider
FROM pg_collation c
JOIN pg_namespace n ON n.oid = c.collnamespace
WHERE n.nspname = 'pg_catalog'
ORDER BY 1, 2
