#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

// A third of the time that a start takes. In a folder of the user's own: what is in it is run.
enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'weft', 'compiled'));
const [{ processIo }, { main }] = await Promise.all([import('#cli/io.ts'), import('#cli/main.ts')]);

const argv = process.argv.slice(2);
process.exitCode = await main(argv, processIo());
// These answer without what has not answered in time, and do not wait for it after that.
if (/^(?:complete|next|--.*|)$/.test(argv[0] ?? '')) process.stdout.write('', () => process.exit());
