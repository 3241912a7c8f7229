-- what: tables that belong to an extension, hold something, and are not among those whose rows a dump takes along
-- since: 90400
-- privilege: none
-- columns: extension, schema, name, total
-- names: schema, name
SELECT e.extname AS extension,
       n.nspname AS schema,
       c.relname AS name,
       count(*) OVER () AS total
FROM pg_extension e
JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
                AND d.classid = 'pg_class'::regclass
JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'r' AND c.relpersistence <> 't'
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT (c.oid = ANY (coalesce(e.extconfig, '{}')))
  AND pg_relation_size(c.oid) > 0
ORDER BY e.extname, n.nspname, c.relname
LIMIT 200
