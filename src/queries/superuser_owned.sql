-- what: user objects that a superuser owns, by owner, of a provider's own account only those that others' objects need
-- since: 90400
-- privilege: none
-- columns: owner, schemas, relations, functions, types, names, objects
-- names: owner, names (text), objects.name (text)
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
        -- Composite types are listed from pg_class, but not the row types of tables. Dependencies on a composite type
        -- and its extension membership are recorded for its pg_type row.
        SELECT CASE c.relkind WHEN 'c' THEN 'type' ELSE 'relation' END,
               CASE c.relkind WHEN 'c' THEN 'pg_type'::regclass ELSE 'pg_class'::regclass END,
               CASE c.relkind WHEN 'c' THEN c.reltype ELSE c.oid END, c.relowner, c.relnamespace, c.relname
        FROM pg_class c
        WHERE c.relkind IN ('r', 'v', 'm', 'S', 'f', 'p', 'c')
        UNION ALL
        SELECT 'function', 'pg_proc'::regclass, p.oid, p.proowner, p.pronamespace, p.proname
        FROM pg_proc p
        UNION ALL
        SELECT 'type', 'pg_type'::regclass, t.oid, t.typowner, t.typnamespace, t.typname
        FROM pg_type t
        WHERE t.typtype IN ('b', 'd', 'e', 'r')
          -- Not array types: they are created with their element type.
          AND t.typinput::oid <> 'array_in(cstring, oid, integer)'::regprocedure::oid) o
  JOIN superusers s ON s.oid = o.owner
  WHERE is_user_object(o.classid, o.objid, o.schema)
), counted AS (
  SELECT o.owner, o.kind, o.classid, o.objid, o.name
  FROM owned o
  WHERE CASE WHEN o.is_provider THEN EXISTS (
          SELECT FROM pg_depend d
          LEFT JOIN pg_rewrite w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid
          LEFT JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid
          LEFT JOIN pg_constraint k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
          LEFT JOIN pg_trigger g ON d.classid = 'pg_trigger'::regclass AND g.oid = d.objid
          WHERE d.refclassid = o.classid AND d.refobjid = o.objid AND d.deptype = 'n'
            AND is_user_object(d.classid, d.objid)
            AND NOT EXISTS (SELECT FROM owned p
                            WHERE p.is_provider
                              AND p.objid = coalesce(w.ev_class, f.adrelid, nullif(k.conrelid, 0), g.tgrelid, d.objid)))
        ELSE true END
)
SELECT c.owner,
       count(*) FILTER (WHERE c.kind = 'schema') AS schemas,
       count(*) FILTER (WHERE c.kind = 'relation') AS relations,
       count(*) FILTER (WHERE c.kind = 'function') AS functions,
       count(*) FILTER (WHERE c.kind = 'type') AS types,
       ARRAY(SELECT f.name FROM counted f WHERE f.owner = c.owner ORDER BY f.name LIMIT 5) AS names,
       -- The same objects as in names, as ALTER names them.
       ARRAY(SELECT json_build_object(
                      'kind', CASE i.type WHEN 'composite type' THEN 'TYPE' ELSE upper(i.type) END,
                      'name', CASE i.type WHEN 'aggregate' THEN replace(i.identity, '()', '(*)') ELSE i.identity END)
             FROM (SELECT * FROM counted f WHERE f.owner = c.owner ORDER BY f.name, f.objid LIMIT 5) f,
                  LATERAL pg_identify_object(f.classid, f.objid, 0) i
             -- The sequence of a column has the owner of its table.
             WHERE NOT EXISTS (SELECT FROM pg_depend d
                               WHERE d.classid = 'pg_class'::regclass AND d.objid = f.objid AND f.classid = d.classid
                                 AND d.refobjsubid > 0 AND d.refclassid = d.classid AND d.deptype IN ('a', 'i'))
             ORDER BY f.name, i.identity) AS objects
FROM counted c
GROUP BY c.owner
ORDER BY c.owner
