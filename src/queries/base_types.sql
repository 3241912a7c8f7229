-- what: base types that users made or only announced (shell types), and how many columns are of each
-- since: 90400
-- privilege: none
-- columns: name, is_shell, columns_of_it, total
-- names: name (text)
SELECT t.oid::regtype::text AS name,
       NOT t.typisdefined AS is_shell,
       (SELECT count(*) FROM pg_depend d
        WHERE d.refclassid = 'pg_type'::regclass AND d.refobjid = t.oid
          AND d.classid = 'pg_class'::regclass AND d.objsubid > 0) AS columns_of_it,
       count(*) OVER () AS total
FROM pg_type t
WHERE (t.typtype = 'b' OR NOT t.typisdefined)
  -- Not array types: they are created with their element type.
  AND t.typinput::oid <> 'array_in(cstring, oid, integer)'::regprocedure::oid
  AND is_user_object('pg_type', t.oid, t.typnamespace)
ORDER BY 1
LIMIT 200
