import { test } from 'node:test';
import { openMesh } from 'weft/local';
import { tryOut } from './try-out.ts';

/** The domain on a mesh of this machine, with its own stacks: what `try-out.ts` does is what its people do. */
test('from the sample data to the answer that a consumer gets', async () => {
  await using mesh = await openMesh();
  await tryOut(mesh);
});
