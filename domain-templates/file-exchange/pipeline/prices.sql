-- The columns of the contract, as they came: what is no value of its column's type goes to quarantine/ with its reason.
SELECT article, name, price, currency, cost, valid_from
FROM {{database}}_landing.prices
WHERE "$path" IN (:files)
