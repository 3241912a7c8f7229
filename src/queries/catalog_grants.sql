-- what: grants on system catalogs that a restore cannot repeat, without those that initdb made
-- since: 90400
-- privilege: none
-- columns: catalog, kind, column_name, grantee, privileges
-- names: column_name (text), grantee
SELECT g.catalog,
       'table' AS kind,
       g.column_name,
       r.rolname AS grantee,
       string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type) AS privileges
FROM (SELECT c.oid, c.relname AS catalog, c.relowner AS owner, 0 AS number, NULL::name AS column_name, a.grantee, a.privilege_type
      FROM pg_class c
      CROSS JOIN LATERAL aclexplode(c.relacl) a
      WHERE c.relnamespace = 11
      UNION ALL
      SELECT c.oid, c.relname, c.relowner, t.attnum, t.attname, a.grantee, a.privilege_type
      FROM pg_class c
      JOIN pg_attribute t ON t.attrelid = c.oid
      CROSS JOIN LATERAL aclexplode(t.attacl) a
      WHERE c.relnamespace = 11) g
JOIN pg_roles r ON r.oid = g.grantee
WHERE g.catalog IN ('pg_authid', 'pg_config', 'pg_file_settings', 'pg_hba_file_rules', 'pg_largeobject', 'pg_pltemplate',
                      'pg_replication_origin_status', 'pg_shadow', 'pg_statistic', 'pg_subscription', 'pg_user_mapping')
  AND g.grantee <> g.owner
  AND NOT r.rolsuper
GROUP BY g.catalog, g.column_name, r.rolname
ORDER BY g.catalog, g.column_name NULLS FIRST, r.rolname
