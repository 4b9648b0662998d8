CREATE TABLE IF NOT EXISTS plans (
    id integer NOT NULL PRIMARY KEY,
    code varchar(20) NOT NULL,
    title varchar(60) NOT NULL,
    monthly_price numeric(12,2) NOT NULL DEFAULT 0,
    seats integer NOT NULL DEFAULT 1,
    CONSTRAINT plans_code_key UNIQUE (code),
    CONSTRAINT plans_monthly_price_check CHECK (monthly_price >= 0),
    CONSTRAINT plans_seats_check CHECK (seats > 0)
);

-- The plans every installation starts with; the sales team changes them later.
INSERT INTO plans (id, code, title, monthly_price, seats) VALUES
    (1, 'free', 'Free; no card needed', 0, 3),
    (2, 'team', 'Team', 29.00, 10),
    (3, 'business', 'Business -- what the ''big'' teams take', 149.50, 100);

CREATE TABLE IF NOT EXISTS team_settings (
    team_id bigint NOT NULL,
    plan_id integer NOT NULL DEFAULT 1,
    timezone varchar(64) NOT NULL DEFAULT 'UTC',
    require_two_factor boolean NOT NULL DEFAULT false,
    invoice_note text,
    updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT team_settings_pk PRIMARY KEY (team_id),
    CONSTRAINT team_settings_team_fk FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE CASCADE,
    CONSTRAINT team_settings_plan_fk FOREIGN KEY (plan_id) REFERENCES plans (id)
        ON UPDATE CASCADE ON DELETE RESTRICT
);
