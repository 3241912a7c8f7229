-- what: how many tables, indexes and sequences of users there are, and how many bytes all statistics account for
-- since: 90400
-- privilege: none
-- columns: tables, indexes, sequences, known_bytes
-- names: none
SELECT count(*) FILTER (WHERE r.relkind IN ('r', 'p') AND r.is_user) AS tables,
       count(*) FILTER (WHERE r.relkind IN ('i', 'I') AND r.is_user) AS indexes,
       count(*) FILTER (WHERE r.relkind = 'S' AND r.is_user) AS sequences,
       coalesce(sum(r.relpages::bigint), 0)::bigint * current_setting('block_size')::bigint AS known_bytes
-- OFFSET 0 makes the planner evaluate is_user once per relation, not for each count above.
FROM (SELECT c.relkind, c.relpages, is_user_object('pg_class', c.oid, c.relnamespace) AS is_user
      FROM pg_class c OFFSET 0) r
