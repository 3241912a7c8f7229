-- what: how many large objects there are, the bytes that they take, and how many columns could name one
-- since: 90400
-- privilege: none
-- columns: objects, bytes, columns_of_oid
-- names: none
SELECT l.objects,
       (SELECT c.relpages::bigint * current_setting('block_size')::int
        FROM pg_class c WHERE c.oid = 'pg_largeobject'::regclass) AS bytes,
       CASE WHEN l.objects > 0
            THEN (SELECT count(*)
                  FROM pg_attribute a
                  JOIN pg_class c ON c.oid = a.attrelid
                  WHERE a.atttypid IN (SELECT t.oid FROM pg_type t WHERE 'oid'::regtype IN (t.oid, t.typbasetype))
                    AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'm')
                    AND is_user_object('pg_class', c.oid, c.relnamespace)) END AS columns_of_oid
FROM (SELECT count(*) AS objects FROM pg_largeobject_metadata) l
