-- what: default privileges of superusers, or of roles that the migration user is no member of
-- since: 90400
-- privilege: none
-- columns: role, role_is_superuser, user_has_role, schema, objects
-- names: role, schema, objects (text)
SELECT r.rolname AS role,
       r.rolsuper AS role_is_superuser,
       pg_has_role(u.oid, r.oid, 'MEMBER') AS user_has_role,
       n.nspname AS schema,
       CASE a.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions'
                            WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' WHEN 'L' THEN 'large objects'
                            ELSE a.defaclobjtype::text END AS objects
FROM pg_default_acl a
JOIN pg_roles r ON r.oid = a.defaclrole
JOIN pg_roles u ON u.rolname = current_setting('flexready.migration_user')
LEFT JOIN pg_namespace n ON n.oid = a.defaclnamespace
WHERE r.rolsuper OR NOT pg_has_role(u.oid, r.oid, 'MEMBER')
ORDER BY r.rolname, n.nspname NULLS FIRST, a.defaclobjtype
LIMIT 1000
