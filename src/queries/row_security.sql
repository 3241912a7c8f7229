-- what: tables whose row security applies to the migration user, and of which a dump takes the rows
-- since: 90500
-- privilege: none
-- columns: schema, name, owner, is_forced, extension, total
SELECT n.nspname AS schema,
       c.relname AS name,
       pg_get_userbyid(c.relowner) AS owner,
       c.relforcerowsecurity AS is_forced,
       e.extname AS extension,
       count(*) OVER () AS total
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_roles u ON u.rolname = current_setting('flexready.migration_user')
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
LEFT JOIN pg_extension e ON e.oid = d.refobjid
WHERE c.relrowsecurity
  AND c.relkind = 'r'
  AND c.oid >= 16384
  AND NOT u.rolsuper AND NOT u.rolbypassrls
  AND (c.relforcerowsecurity OR NOT pg_has_role(u.oid, c.relowner, 'USAGE'))
  AND (e.oid IS NULL OR c.oid = ANY (e.extconfig))
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
  AND n.nspname NOT LIKE 'pg\_temp\_%' AND n.nspname NOT LIKE 'pg\_toast\_temp\_%'
ORDER BY n.nspname, c.relname
LIMIT 200
