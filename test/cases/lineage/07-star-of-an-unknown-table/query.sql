SELECT *, upper(name) AS loud FROM raw.people
