-- what: schemas whose tables or sequences the migration user cannot read, with counts and the first of them by name
-- since: 90400
-- privilege: none
-- columns: schema, may_enter, tables, sequences, names
SELECT x.schema,
       x.may_enter,
       count(*) FILTER (WHERE x.kind <> 'S' AND NOT x.may_read) AS tables,
       count(*) FILTER (WHERE x.kind = 'S' AND NOT x.may_read) AS sequences,
       (array_agg(x.name ORDER BY x.name) FILTER (WHERE NOT x.may_read))[1:10] AS names
FROM (SELECT n.nspname AS schema, c.relname AS name, c.relkind AS kind,
             has_schema_privilege(u.oid, n.oid, 'USAGE') AS may_enter,
             has_table_privilege(u.oid, c.oid, 'SELECT') AS may_read
      FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_roles u ON u.rolname = current_setting('flexready.migration_user')
      WHERE c.relkind IN ('r', 'p', 'S')
        AND is_user_object('pg_class', c.oid, c.relnamespace)) x
WHERE NOT (x.may_enter AND x.may_read)
GROUP BY x.schema, x.may_enter
ORDER BY x.schema
