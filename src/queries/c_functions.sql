-- what: functions of users that are compiled code, without those that serve an object which is listed elsewhere
-- since: 90400
-- privilege: none
-- columns: name, language, library, total
-- names: name (text), library (text)
SELECT p.oid::regprocedure::text AS name,
       l.lanname AS language,
       p.probin AS library,
       count(*) OVER () AS total
FROM pg_proc p
JOIN pg_language l ON l.oid = p.prolang
WHERE l.lanname IN ('c', 'internal')
  AND is_user_object('pg_proc', p.oid, p.pronamespace)
  -- The row of an aggregate has the language internal.
  AND NOT EXISTS (SELECT FROM pg_aggregate a WHERE a.aggfnoid = p.oid)
  -- Constructors are created with their range type.
  AND NOT EXISTS (SELECT FROM pg_depend part
                  WHERE part.classid = 'pg_proc'::regclass AND part.objid = p.oid AND part.deptype = 'i')
  AND NOT EXISTS (SELECT FROM pg_depend served
                  WHERE served.refclassid = 'pg_proc'::regclass AND served.refobjid = p.oid
                    AND (served.classid IN ('pg_cast'::regclass, 'pg_ts_parser'::regclass, 'pg_ts_template'::regclass,
                                            'pg_opclass'::regclass, 'pg_opfamily'::regclass, 'pg_amproc'::regclass,
                                            'pg_am'::regclass, 'pg_foreign_data_wrapper'::regclass,
                                            'pg_conversion'::regclass)
                         OR served.classid = 'pg_type'::regclass
                            AND EXISTS (SELECT FROM pg_type t WHERE t.oid = served.objid AND t.typtype = 'b')
                         OR served.classid = 'pg_language'::regclass
                            AND EXISTS (SELECT FROM pg_language o
                                        WHERE o.oid = served.objid AND o.lanname NOT IN ('c', 'internal', 'sql', 'plpgsql'))))
ORDER BY 1
LIMIT 200
