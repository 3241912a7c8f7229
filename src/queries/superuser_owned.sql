-- what: user objects that a superuser owns, by owner, of a provider's own account only those that others' objects need
-- since: 90400
-- privilege: none
-- columns: owner, schemas, relations, functions, types, names
WITH superusers AS (
  SELECT oid, rolname,
         rolname IN ('alloydbadmin', 'azure_superuser', 'azuresu', 'cloudsqladmin', 'rdsadmin', 'supabase_admin') AS is_provider
  FROM pg_roles WHERE rolsuper
), owned AS (
  SELECT s.rolname AS owner, s.is_provider, o.kind, o.classid, o.objid, o.name
  FROM (SELECT 'schema' AS kind, 'pg_namespace'::regclass AS classid, n.oid AS objid, n.nspowner AS owner, n.oid AS schema, n.nspname::text AS name
        FROM pg_namespace n
        WHERE n.nspname <> 'public'
        UNION ALL
        SELECT 'relation', 'pg_class'::regclass, c.oid, c.relowner, c.relnamespace, c.relname
        FROM pg_class c
        WHERE c.relkind IN ('r', 'v', 'm', 'S', 'f', 'p')
        UNION ALL
        SELECT 'function', 'pg_proc'::regclass, p.oid, p.proowner, p.pronamespace, p.proname
        FROM pg_proc p
        UNION ALL
        SELECT 'type', 'pg_type'::regclass, t.oid, t.typowner, t.typnamespace, t.typname
        FROM pg_type t
        LEFT JOIN pg_class r ON r.oid = t.typrelid
        WHERE t.typtype IN ('b', 'c', 'd', 'e', 'r')
          AND (t.typrelid = 0 OR r.relkind = 'c')
          AND NOT EXISTS (SELECT FROM pg_type el WHERE el.typarray = t.oid)) o
  JOIN superusers s ON s.oid = o.owner
  JOIN pg_namespace n ON n.oid = o.schema
  WHERE o.objid >= 16384
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    AND n.nspname NOT LIKE 'pg\_temp\_%' AND n.nspname NOT LIKE 'pg\_toast\_temp\_%'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.classid AND d.objid = o.objid AND d.deptype = 'e')
    AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')
)
SELECT o.owner,
       count(*) FILTER (WHERE o.kind = 'schema') AS schemas,
       count(*) FILTER (WHERE o.kind = 'relation') AS relations,
       count(*) FILTER (WHERE o.kind = 'function') AS functions,
       count(*) FILTER (WHERE o.kind = 'type') AS types,
       (array_agg(o.name ORDER BY o.name))[1:5] AS names
FROM owned o
WHERE CASE WHEN o.is_provider THEN EXISTS (
        SELECT FROM pg_depend d
        LEFT JOIN pg_rewrite w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid
        LEFT JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid
        LEFT JOIN pg_constraint k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
        LEFT JOIN pg_trigger g ON d.classid = 'pg_trigger'::regclass AND g.oid = d.objid
        WHERE d.refclassid = o.classid AND d.refobjid = o.objid AND d.deptype = 'n' AND d.objid >= 16384
          AND NOT EXISTS (SELECT FROM pg_depend m WHERE m.classid = d.classid AND m.objid = d.objid AND m.deptype = 'e')
          AND NOT EXISTS (SELECT FROM owned p
                          WHERE p.is_provider
                            AND p.objid = coalesce(w.ev_class, f.adrelid, nullif(k.conrelid, 0), g.tgrelid, d.objid)))
      ELSE true END
GROUP BY o.owner
ORDER BY o.owner
