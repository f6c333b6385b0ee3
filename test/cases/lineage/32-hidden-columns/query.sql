SELECT id, "$path" AS file FROM landing.raw WHERE "$path" IN (:files)
