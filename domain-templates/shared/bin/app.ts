import { join } from 'node:path';
import { domainApp, runApp } from 'weft/domain';

// Data that can be made again from its source needs no backup: `{ without: '<why>' }`.
runApp(() => void domainApp({ folder: join(import.meta.dirname, '..'), backup: { keepDays: 35 } }));
