-- what: how many user relations this database holds
-- since: 90400
-- privilege: none
-- columns: user_relations
-- names: none
SELECT count(*) AS user_relations
FROM pg_class c
WHERE c.relkind IN ('r', 'v', 'm', 'S', 'f', 'p')
  AND is_user_object('pg_class', c.oid, c.relnamespace)
