#!/usr/bin/env node
import { processIo } from '#cli/io.ts';
import { main } from '#cli/main.ts';

const argv = process.argv.slice(2);
process.exitCode = await main(argv, processIo());
// These answer without what has not answered in time, and do not wait for it after that.
if (/^(?:complete|next|--.*|)$/.test(argv[0] ?? '')) process.stdout.write('', () => process.exit());
