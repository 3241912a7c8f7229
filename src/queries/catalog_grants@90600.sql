-- what: grants on system catalogs that a restore cannot repeat, and on their functions, without those that initdb and extensions made
-- since: 90600
-- privilege: none
-- columns: catalog, kind, column_name, grantee, privileges
-- names: column_name (text), grantee
SELECT g.catalog,
       CASE WHEN g.class = 'pg_proc'::regclass THEN 'function' ELSE 'table' END AS kind,
       g.column_name,
       -- No role can have this name.
       coalesce(r.rolname, 'public') AS grantee,
       string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type) AS privileges
FROM (SELECT 'pg_class'::regclass AS class, t.oid, t.catalog::text AS catalog, t.owner, t.number, t.column_name, t.grantee,
             t.privilege_type
      FROM (SELECT c.oid, c.relname AS catalog, c.relowner AS owner, 0 AS number, NULL::name AS column_name, a.grantee,
                   a.privilege_type
            FROM pg_class c
            CROSS JOIN LATERAL aclexplode(c.relacl) a
            WHERE c.relnamespace = 'pg_catalog'::regnamespace
            UNION ALL
            SELECT c.oid, c.relname, c.relowner, t.attnum, t.attname, a.grantee, a.privilege_type
            FROM pg_class c
            JOIN pg_attribute t ON t.attrelid = c.oid
            CROSS JOIN LATERAL aclexplode(t.attacl) a
            WHERE c.relnamespace = 'pg_catalog'::regnamespace) t
      WHERE t.catalog IN ('pg_authid', 'pg_config', 'pg_file_settings', 'pg_hba_file_rules', 'pg_largeobject', 'pg_pltemplate',
                          'pg_replication_origin_status', 'pg_shadow', 'pg_statistic', 'pg_subscription', 'pg_user_mapping')
      UNION ALL
      SELECT 'pg_proc'::regclass, p.oid, p.oid::regprocedure::text, p.proowner, 0, NULL, a.grantee, a.privilege_type
      FROM pg_proc p
      CROSS JOIN LATERAL aclexplode(p.proacl) a
      WHERE p.pronamespace = 'pg_catalog'::regnamespace) g
LEFT JOIN pg_roles r ON r.oid = g.grantee
WHERE g.grantee <> g.owner
  AND (g.grantee = 0 OR NOT r.rolsuper)
  AND NOT EXISTS (SELECT FROM pg_init_privs i
                  CROSS JOIN LATERAL aclexplode(i.initprivs) p
                  WHERE i.classoid = g.class AND i.objoid = g.oid AND i.objsubid = g.number
                    AND p.grantee = g.grantee AND p.privilege_type = g.privilege_type)
  -- The default grant to PUBLIC on functions whose grants initdb did not change.
  AND NOT (g.class = 'pg_proc'::regclass AND g.grantee = 0
           AND NOT EXISTS (SELECT FROM pg_init_privs i WHERE i.classoid = g.class AND i.objoid = g.oid))
GROUP BY g.catalog, g.class, g.column_name, r.rolname
ORDER BY g.catalog, g.column_name NULLS FIRST, r.rolname NULLS FIRST
