-- What was authorized in answer to challenges, so that budgets outlive the process. One row by day and merchant.
CREATE TABLE spending (
    day INTEGER NOT NULL CHECK (day >= 0),                              -- UNIX days
    merchant TEXT NOT NULL,
    authorized INTEGER NOT NULL CHECK (authorized > 0),                 -- satoshi
    PRIMARY KEY (day, merchant)
);
