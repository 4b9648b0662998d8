CREATE TABLE invoices (
    id bigint NOT NULL PRIMARY KEY,
    team_id bigint NOT NULL,
    number varchar(30) NOT NULL,
    status varchar(10) NOT NULL DEFAULT 'draft',
    currency varchar(3) NOT NULL DEFAULT 'EUR',
    total numeric(12,2) NOT NULL DEFAULT 0,
    issued_on date,
    created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT invoices_number_key UNIQUE (number),
    CONSTRAINT invoices_status_check CHECK (status IN ('draft', 'open', 'paid', 'void')),
    CONSTRAINT invoices_total_check CHECK (total >= 0),
    -- An invoice outlives its team: delete the invoices first; then the team.
    CONSTRAINT invoices_team_fk FOREIGN KEY (team_id) REFERENCES teams (id)
        ON UPDATE CASCADE ON DELETE RESTRICT
);

CREATE INDEX invoices_team_status_idx ON invoices (team_id, status);

CREATE TABLE invoice_lines (
    invoice_id bigint NOT NULL,
    line_number integer NOT NULL,
    description varchar(200) NOT NULL,
    quantity numeric(10,3) NOT NULL DEFAULT 1,
    unit_price numeric(12,2) NOT NULL,
    CONSTRAINT invoice_lines_pk PRIMARY KEY (invoice_id, line_number),
    CONSTRAINT invoice_lines_quantity_check CHECK (quantity > 0),
    CONSTRAINT invoice_lines_invoice_fk FOREIGN KEY (invoice_id) REFERENCES invoices (id)
        ON DELETE CASCADE
);
