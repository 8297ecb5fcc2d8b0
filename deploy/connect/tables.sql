-- Tables that the sinks of this folder write, and views that make them readable. Run it before the sinks start, and
-- again with every new release: it keeps the rows, the rights and what others built upon the views.
--   psql "$POSTGRES_URL" -f tables.sql

-- One row per record, by its place in Kafka: a record that is delivered twice replaces itself.
CREATE TABLE IF NOT EXISTS processed_login_records (
  __connect_topic     text    NOT NULL,
  __connect_partition integer NOT NULL,
  __connect_offset    bigint  NOT NULL,
  -- The record's value as it is: JSON, or a schema registry's frame of five bytes and JSON. A record that the
  -- transformer did not write may hold anything, or nothing.
  value               bytea,
  PRIMARY KEY (__connect_topic, __connect_partition, __connect_offset)
);
-- A table of an earlier release wants a value in every record, and the first one without would stop the sink.
ALTER TABLE processed_login_records ALTER COLUMN value DROP NOT NULL;

CREATE TABLE IF NOT EXISTS dead_letters (
  __connect_topic     text    NOT NULL,
  __connect_partition integer NOT NULL,
  __connect_offset    bigint  NOT NULL,
  -- Untouched, whatever it is; null for a tombstone.
  value               bytea,
  reason              text,
  stage               text,
  source_topic        text,
  source_partition    text,
  source_offset       text,
  source_timestamp    text,
  failed_at           text,
  service             text,
  PRIMARY KEY (__connect_topic, __connect_partition, __connect_offset)
);

-- One row per count of one partition (docs/compaction.md): an insight is the sum over the partitions.
CREATE TABLE IF NOT EXISTS insight_counts (
  -- The record's key: partition, insight, value and, of a day's count, the day.
  name          text    PRIMARY KEY,
  partition     integer NOT NULL,
  insight       text    NOT NULL,
  value         text    NOT NULL,
  -- UTC, such as 2026-12-01; empty: since the beginning.
  day           text    NOT NULL DEFAULT '',
  logins        bigint  NOT NULL,
  first_seen_ms bigint,
  last_seen_ms  bigint,
  -- The partition's records below it are contained.
  next_offset   bigint  NOT NULL
);
-- What an earlier release has counted is since the beginning.
ALTER TABLE insight_counts ADD COLUMN IF NOT EXISTS day text NOT NULL DEFAULT '';

-- A process that lost its partition without knowing may still write an older count: the newer one stays.
CREATE OR REPLACE FUNCTION keep_newest_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RETURN CASE WHEN NEW.next_offset < OLD.next_offset THEN NULL ELSE NEW END;
END
$$;
CREATE OR REPLACE TRIGGER keep_newest_count BEFORE UPDATE ON insight_counts
FOR EACH ROW EXECUTE FUNCTION keep_newest_count();

CREATE OR REPLACE VIEW insights AS
SELECT
  insight,
  value,
  sum(logins)::bigint                         AS logins,
  to_timestamp(min(first_seen_ms) / 1000.0)   AS first_seen_at,
  to_timestamp(max(last_seen_ms) / 1000.0)    AS last_seen_at
FROM insight_counts
WHERE day = ''
GROUP BY insight, value;

-- The same by UTC day of event time. The table keeps days that the aggregator has forgotten: they change no more.
CREATE OR REPLACE VIEW daily_insights AS
SELECT day::date AS day, insight, value, sum(logins)::bigint AS logins
FROM insight_counts
WHERE day <> ''
GROUP BY 1, insight, value;

-- By the minutes: they are there of the time before there were counts of days, too.
CREATE OR REPLACE VIEW daily_logins AS
SELECT left(value, 10)::date AS day, sum(logins)::bigint AS logins
FROM insight_counts
WHERE insight = 'minute'
GROUP BY 1;

CREATE OR REPLACE VIEW daily_device_types AS
SELECT day, value AS device_type, logins FROM daily_insights WHERE insight = 'device_type';
CREATE OR REPLACE VIEW daily_app_versions AS
SELECT day, value AS app_version, logins FROM daily_insights WHERE insight = 'app_version';
CREATE OR REPLACE VIEW daily_locales AS
SELECT day, value AS locale, logins FROM daily_insights WHERE insight = 'locale';

-- JSON may hold what a text of PostgreSQL cannot, U+0000 and halves of surrogate pairs: each becomes U+FFFD, as in the
-- insights. A backslash is spelled \u005c at first, so that every \u left begins an escape.
CREATE OR REPLACE FUNCTION storable_json(text text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT regexp_replace(
    regexp_replace(
      replace(text, '\\', '\u005c'),
      '\\u(?:0000|[dD][89abAB][[:xdigit:]]{2}(?!\\u[dD][c-fC-F]))', '\\ufffd', 'g'
    ),
    '(?<!\\u[dD][89abAB][[:xdigit:]]{2})\\u[dD][c-fC-F][[:xdigit:]]{2}', '\\ufffd', 'g'
  )
$$;

-- A login's members, up to the first that its type does not take: an error here would leave a query without any of its
-- rows. To catch errors, PostgreSQL 15 needs PL/pgSQL, and no workers in parallel.
CREATE OR REPLACE FUNCTION read_login(
  value bytea,
  OUT text text,
  OUT user_id uuid,
  OUT app_version text,
  OUT device_type text,
  OUT ip inet,
  OUT locale text,
  OUT logged_in_at timestamptz
) LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  -- Not jsonb: it refuses numbers that JSON allows.
  login json;
  time  numeric;
BEGIN
  text := convert_from(
    CASE WHEN substring(value FOR 1) = '\x00' THEN substring(value FROM 6) ELSE value END, 'UTF8'
  );
  login := CASE WHEN strpos(text, '\u') = 0 THEN text ELSE storable_json(text) END;
  user_id := login ->> 'user_id';
  app_version := login ->> 'app_version';
  device_type := login ->> 'device_type';
  ip := login ->> 'ip';
  locale := login ->> 'locale';
  -- Seconds below 1e11, milliseconds from there on, a number or its digits (docs/records.md).
  time := login ->> 'timestamp';
  logged_in_at := to_timestamp(CASE WHEN time < 1e11 THEN time ELSE time / 1000 END);
EXCEPTION
  -- Bytes, JSON or a value that are none; nesting deeper than the stack.
  WHEN data_exception OR program_limit_exceeded THEN NULL;
END
$$;

CREATE OR REPLACE VIEW login_records AS
SELECT
  __connect_topic     AS topic,
  __connect_partition AS partition,
  __connect_offset    AS "offset",
  value,
  login.*,
  -- A text may say "Infinity", which is a timestamp to PostgreSQL.
  num_nulls(user_id, app_version, device_type, ip, locale, logged_in_at) = 0 AND isfinite(logged_in_at) AS is_login
FROM processed_login_records
CROSS JOIN LATERAL read_login(value) AS login;

-- The text's collation is that of earlier releases: a view that is replaced has to keep it.
CREATE OR REPLACE VIEW processed_logins AS
SELECT
  topic, partition, "offset", text COLLATE "C" AS text, user_id, app_version, device_type, ip, locale, logged_in_at
FROM login_records WHERE is_login;

-- Every other record; its text, where it is one.
CREATE OR REPLACE VIEW unreadable_logins AS
SELECT topic, partition, "offset", value, text
FROM login_records WHERE NOT is_login;

-- Counts over the rows, where the rows are kept anyway; the aggregator's own are in insight_counts.
CREATE OR REPLACE VIEW logins_by_device_type AS
SELECT lower(device_type) AS device_type, count(*) AS logins FROM processed_logins GROUP BY 1;
CREATE OR REPLACE VIEW logins_by_app_version AS
SELECT app_version, count(*) AS logins FROM processed_logins GROUP BY 1;
CREATE OR REPLACE VIEW logins_by_locale AS
SELECT locale, count(*) AS logins FROM processed_logins GROUP BY 1;
CREATE OR REPLACE VIEW logins_by_minute AS
SELECT date_trunc('minute', logged_in_at, 'UTC') AS minute, count(*) AS logins FROM processed_logins GROUP BY 1;
