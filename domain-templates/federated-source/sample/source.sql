-- A database to try the domain with, and the user who reads it. In the real one, only the last part is yours to add.
CREATE TABLE customers (
  customer_id integer PRIMARY KEY,
  name text NOT NULL,
  email text,
  country char(2) NOT NULL,
  segment text,
  credit_limit numeric(12, 2),
  customer_since date NOT NULL,
  changed_at timestamptz NOT NULL,
  deleted boolean NOT NULL DEFAULT false
);
INSERT INTO customers VALUES
  (1, 'Ada Lind', 'ada@example.com', 'DE', 'retail', 1500.00, '2019-04-01', '2026-11-02 08:15:00+00'),
  (2, 'Bo Marsh', 'bo@example.com', 'FR', 'wholesale', 25000.00, '2021-09-15', '2026-11-02 09:40:12+00'),
  (3, 'Cy Nored', NULL, 'GB', NULL, NULL, '2023-01-20', '2026-11-03 11:02:45+00'),
  (4, 'Di Olsen', 'di@example.com', 'IT', 'retail', 800.00, '2024-06-30', '2026-11-03 12:00:00+00', true);

-- Replace the password by the one of the secret.
CREATE ROLE weft_reader LOGIN PASSWORD 'the password of the secret' CONNECTION LIMIT 20;
ALTER ROLE weft_reader SET default_transaction_read_only = on;
GRANT USAGE ON SCHEMA public TO weft_reader;
GRANT SELECT ON customers TO weft_reader;
