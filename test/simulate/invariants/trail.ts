import type { Given } from '../actors.ts';
import { changeOf, type Mesh } from '../mesh.ts';
import { Broken } from './broken.ts';

/**
 * `one-entry-each`: every committed change and every event is one entry, and every accepted command has just one for what it wrote; `trail-verifies`;
 * `refused-changes-nothing`: one that was refused has none; `forged-changes-nothing`: what an account said that may not say so is an attempt, and nothing else.
 */
export async function checkTrail(
  mesh: Mesh,
  { accepted, refused }: { readonly accepted: readonly Given[]; readonly refused: readonly Given[] },
  forged: ReadonlySet<string>,
): Promise<void> {
  const all = mesh.entries();
  const { problems } = await mesh.verifyTrail();
  // Before the first entry there is no log yet.
  if (all.length > 0 && problems[0] !== undefined)
    throw new Broken('trail-verifies', `${problems[0].where}: ${problems[0].message}`);
  if (new Set(all.map(({ id }) => id)).size !== all.length)
    throw new Broken('one-entry-each', 'an entry stands twice in the trail');
  const told = new Set(mesh.events.map(({ id }) => `event/${id}`));
  const events = all.filter(({ kind }) => kind === 'event');
  if (events.length !== told.size || events.some(({ id }) => !told.has(id)))
    throw new Broken('one-entry-each', `${told.size} events, ${events.length} entries of events`);
  // What could not be read is kept apart.
  const entries = all.filter(({ kind, action }) => kind !== 'event' && action !== 'EntryUnreadable');
  const changes = mesh.relayed.map(changeOf).filter(({ before, after }) => (before ?? after) !== undefined);
  if (changes.length !== entries.length)
    throw new Broken('one-entry-each', `${changes.length} changes, ${entries.length} entries`);
  for (const { command, correlation, written } of accepted) {
    if (written === undefined) continue;
    const own = entries.filter(
      (entry) =>
        entry.correlation === correlation &&
        entry.entity === written.type &&
        entry.action === written.change.action &&
        entry.revision === written.revision &&
        (written.type !== 'product' || entry.major === written.major) &&
        (written.type !== 'subscription' || entry.subscription === written.id),
    );
    if (own.length !== 1) throw new Broken('one-entry-each', `${command} ${correlation} has ${own.length} entries`);
  }
  for (const { command, correlation, outcome } of refused) {
    const entry = entries.find((one) => one.correlation === correlation && one.entity !== 'attempt');
    if (entry !== undefined)
      throw new Broken('refused-changes-nothing', `${command} was refused with ${outcome}, and is ${entry.id}`);
  }
  const believed = entries.find(({ correlation, entity }) => forged.has(correlation) && entity !== 'attempt');
  if (believed !== undefined)
    throw new Broken('forged-changes-nothing', `${believed.action} ${believed.id} follows from a forged report`);
}
