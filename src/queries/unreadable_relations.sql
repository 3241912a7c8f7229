-- what: schemas whose tables or sequences the migration user cannot read, with counts and the first of them by name, an extension's apart
-- since: 90400
-- privilege: none
-- columns: schema, extension, may_enter, tables, sequences, names
-- names: schema, names (text)
WITH relations AS (
  SELECT c.oid, c.relname, c.relkind, c.relnamespace, c.relowner, coalesce(c.relacl::text, '') AS acl, e.extname AS extension
  FROM pg_class c
  -- A dump contains the rows of only those extension tables that are in extconfig.
  LEFT JOIN (SELECT x.extname, unnest(x.extconfig) AS config FROM pg_extension x) e ON e.config = c.oid
  WHERE c.relkind IN ('r', 'p', 'S')
    AND (e.config IS NOT NULL OR is_user_object('pg_class', c.oid, c.relnamespace))
), grants AS (
  -- Privileges are checked for one relation per owner and ACL. The result applies to all of them.
  SELECT g.relowner, g.acl, has_table_privilege(u.oid, g.example, 'SELECT') AS may_read
  FROM (SELECT r.relowner, r.acl, min(r.oid) AS example FROM relations r GROUP BY r.relowner, r.acl) g
  JOIN pg_roles u ON u.rolname = current_setting('flexready.migration_user')
), schemas AS (
  SELECT n.oid, n.nspname AS schema, has_schema_privilege(u.oid, n.oid, 'USAGE') AS may_enter
  FROM pg_namespace n
  JOIN pg_roles u ON u.rolname = current_setting('flexready.migration_user')
)
SELECT s.schema,
       r.extension,
       s.may_enter,
       count(*) FILTER (WHERE r.relkind <> 'S' AND NOT g.may_read) AS tables,
       count(*) FILTER (WHERE r.relkind = 'S' AND NOT g.may_read) AS sequences,
       (array_agg(r.relname ORDER BY r.relname) FILTER (WHERE NOT g.may_read))[1:10] AS names
FROM relations r
JOIN schemas s ON s.oid = r.relnamespace
JOIN grants g ON g.relowner = r.relowner AND g.acl = r.acl
WHERE NOT (s.may_enter AND g.may_read)
GROUP BY s.schema, r.extension, s.may_enter
ORDER BY s.schema, r.extension NULLS FIRST
