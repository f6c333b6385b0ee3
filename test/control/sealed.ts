import { createCursors } from '#control/cursors.ts';

/** Places in lists, under a key of the tests. */
export const CURSORS = createCursors(async () => new Uint8Array(32));
