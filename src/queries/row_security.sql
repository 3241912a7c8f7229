-- what: tables whose row security applies to the migration user, and of which a dump takes the rows
-- since: 90500
-- privilege: none
-- columns: schema, name, owner, is_forced, extension, total
-- names: schema, name, owner
SELECT n.nspname AS schema,
       c.relname AS name,
       pg_get_userbyid(c.relowner) AS owner,
       c.relforcerowsecurity AS is_forced,
       e.extname AS extension,
       count(*) OVER () AS total
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_roles u ON u.rolname = current_setting('flexready.migration_user')
-- A dump contains the rows of only those extension tables that are in extconfig.
LEFT JOIN pg_extension e ON c.oid = ANY (e.extconfig)
WHERE c.relrowsecurity
  AND c.relkind = 'r'
  AND NOT u.rolsuper AND NOT u.rolbypassrls
  AND (c.relforcerowsecurity OR NOT pg_has_role(u.oid, c.relowner, 'USAGE'))
  AND (e.oid IS NOT NULL OR is_user_object('pg_class', c.oid, c.relnamespace))
ORDER BY n.nspname, c.relname
LIMIT 200
