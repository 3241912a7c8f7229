-- what: collations that users made, and those of the system that something is stored or built with, first use of each
-- since: 90400
-- privilege: none
-- columns: schema, name, provider, is_user, version, actual_version, uses, first_use, total
-- names: schema, name (user text), first_use (text)
SELECT n.nspname AS schema,
       c.collname AS name,
       'c' AS provider,
       is_user_object('pg_collation', c.oid, c.collnamespace) AS is_user,
       NULL::text AS version,
       NULL::text AS actual_version,
       (SELECT count(*) FROM pg_depend d
        WHERE d.refclassid = 'pg_collation'::regclass AND d.refobjid = c.oid AND d.deptype <> 'p') AS uses,
       (SELECT (pg_identify_object(d.classid, d.objid, d.objsubid)).identity FROM pg_depend d
        WHERE d.refclassid = 'pg_collation'::regclass AND d.refobjid = c.oid AND d.deptype <> 'p'
        ORDER BY d.classid = 'pg_class'::regclass DESC, d.objsubid = 0, d.objid, d.objsubid LIMIT 1) AS first_use,
       count(*) OVER () AS total
FROM pg_collation c
JOIN pg_namespace n ON n.oid = c.collnamespace
WHERE is_user_object('pg_collation', c.oid, c.collnamespace)
   OR (n.nspname = 'pg_catalog'
       AND EXISTS (SELECT FROM pg_depend d
                   WHERE d.refclassid = 'pg_collation'::regclass AND d.refobjid = c.oid AND d.deptype <> 'p'))
ORDER BY 4 DESC, n.nspname, c.collname
LIMIT 200
