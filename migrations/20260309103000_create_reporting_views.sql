CREATE VIEW active_members AS
SELECT memberships.team_id, users.id AS user_id, users.email, memberships.role
FROM memberships
INNER JOIN users ON users.id = memberships.user_id
WHERE users.is_active = true;

CREATE VIEW team_revenue AS
SELECT teams.id AS team_id, teams.slug, count(invoices.id) AS paid_invoices,
    coalesce(sum(invoices.total), 0) AS revenue
FROM teams
LEFT JOIN invoices ON invoices.team_id = teams.id AND invoices.status = 'paid'
GROUP BY teams.id, teams.slug;
