-- what: default privileges, for which role they are, and whether the migration user may make them
-- since: 90400
-- privilege: none
-- columns: role, role_is_superuser, user_has_role, schema, objects
SELECT r.rolname AS role,
       r.rolsuper AS role_is_superuser,
       (SELECT pg_has_role(u.oid, r.oid, 'USAGE')
        FROM pg_roles u WHERE u.rolname = current_setting('flexready.migration_user')) AS user_has_role,
       n.nspname AS schema,
       CASE a.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions'
                            WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' WHEN 'L' THEN 'large objects'
                            ELSE a.defaclobjtype::text END AS objects
FROM pg_default_acl a
JOIN pg_roles r ON r.oid = a.defaclrole
LEFT JOIN pg_namespace n ON n.oid = a.defaclnamespace
ORDER BY r.rolname, n.nspname NULLS FIRST, a.defaclobjtype
LIMIT 1000
