-- In a store that was restored from a backup: whether the customer has yet to show his newest payment.
ALTER TABLE channel ADD COLUMN is_held INTEGER NOT NULL DEFAULT 0 CHECK (is_held IN (0, 1));
