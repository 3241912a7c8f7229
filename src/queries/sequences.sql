-- what: how many sequences of users this database has
-- since: 90400
-- privilege: none
-- columns: sequences
SELECT count(*) AS sequences
FROM pg_class c
WHERE c.relkind = 'S'
  AND c.relpersistence <> 't'
  AND is_user_object('pg_class', c.oid, c.relnamespace)
