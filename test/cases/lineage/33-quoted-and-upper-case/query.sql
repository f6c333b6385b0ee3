SELECT "ID", O."Amount" AS "The Amount" FROM "Sales"."Orders" AS O
