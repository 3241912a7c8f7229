-- what: the names of the target's roles, those of PostgreSQL itself left out
-- since: 110000
-- privilege: none
-- columns: name
-- names: name
SELECT r.rolname::text AS name
FROM pg_roles r
WHERE r.rolname NOT LIKE 'pg\_%'
ORDER BY 1
LIMIT 20000
