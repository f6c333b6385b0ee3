SELECT p.name FROM lambda_pg.public.people p
