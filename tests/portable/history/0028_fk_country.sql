ALTER TABLE addresses ADD CONSTRAINT addresses_country FOREIGN KEY (country) REFERENCES countries (code);
