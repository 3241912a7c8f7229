-- what: the extensions of this database, and how many objects outside each need one of its own
-- since: 90400
-- privilege: none
-- columns: name, version, schema, brings_language, dependents
-- names: schema
SELECT e.extname AS name,
       e.extversion AS version,
       n.nspname AS schema,
       EXISTS (SELECT FROM pg_depend l
               WHERE l.refclassid = 'pg_extension'::regclass AND l.refobjid = e.oid AND l.deptype = 'e'
                 AND l.classid = 'pg_language'::regclass) AS brings_language,
       (SELECT count(DISTINCT (d.classid, d.objid))
        FROM pg_depend m
        JOIN pg_depend d ON d.refclassid = m.classid AND d.refobjid = m.objid AND d.deptype = 'n'
        WHERE m.refclassid = 'pg_extension'::regclass AND m.refobjid = e.oid AND m.deptype = 'e'
          AND NOT EXISTS (SELECT FROM pg_depend own
                          WHERE own.classid = d.classid AND own.objid = d.objid
                            AND own.refclassid = 'pg_extension'::regclass AND own.refobjid = e.oid)
          AND NOT EXISTS (SELECT FROM pg_depend part
                          JOIN pg_depend whole ON whole.classid = part.refclassid AND whole.objid = part.refobjid
                          WHERE part.classid = d.classid AND part.objid = d.objid AND part.deptype IN ('i', 'a')
                            AND whole.refclassid = 'pg_extension'::regclass AND whole.refobjid = e.oid
                            AND whole.deptype = 'e')) AS dependents
FROM pg_extension e
JOIN pg_namespace n ON n.oid = e.extnamespace
ORDER BY e.extname
