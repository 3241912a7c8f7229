-- what: casts that users made
-- since: 90400
-- privilege: none
-- columns: source, target, function, context, total
-- names: source (text), target (text), function (text)
SELECT format_type(c.castsource, NULL) AS source,
       format_type(c.casttarget, NULL) AS target,
       CASE WHEN c.castfunc <> 0 THEN c.castfunc::regprocedure::text END AS function,
       CASE c.castcontext WHEN 'i' THEN 'implicit' WHEN 'a' THEN 'assignment' ELSE 'explicit' END AS context,
       count(*) OVER () AS total
FROM pg_cast c
WHERE is_user_object('pg_cast', c.oid)
  -- The cast from a range to its multirange is created with the type.
  AND NOT EXISTS (SELECT FROM pg_depend part
                  WHERE part.classid = 'pg_cast'::regclass AND part.objid = c.oid AND part.deptype = 'i')
ORDER BY 1, 2
LIMIT 200
