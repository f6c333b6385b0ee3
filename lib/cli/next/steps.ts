import type { Facts, LocalProduct, MeshFacts } from './facts.ts';

/** One thing that can be done now. */
export interface Step {
  /** As it is typed. */
  readonly command: string;
  /** Why now. */
  readonly reason: string;
}

/** More would not be read. */
const MOST = 6;

/** What to do next in that state, the most useful first. */
export function nextSteps(facts: Facts): Step[] {
  const steps = [...ofFiles(facts), ...ofMesh(facts), ...ofLooking(facts)];
  const seen = new Set<string>();
  return steps.filter(({ command }) => !seen.has(command) && seen.add(command) !== undefined).slice(0, MOST);
}

function ofFiles({ meshFile, repository, products, remote, local }: Facts): Step[] {
  const steps: Step[] = [];
  if (repository?.installed === false)
    steps.push({ command: 'npm ci', reason: 'the packages of this repository are not installed' });
  if (meshFile !== undefined && meshFile.errors > 0)
    steps.push({ command: 'weft doctor', reason: `${meshFile.name} has ${count(meshFile.errors, 'error')}` });
  for (const { folder, errors } of products.filter((one) => one.errors > 0))
    steps.push({ command: `weft product validate ${folder}`, reason: `its contracts have ${count(errors, 'error')}` });
  if (remote || local === 'up' || local === 'starting') return steps;
  if (local === 'stopped')
    steps.push({ command: 'weft local up --detach', reason: 'the local mesh is stopped; its state is still there' });
  else if (meshFile !== undefined)
    steps.push({ command: 'weft local up --detach', reason: `brings up the mesh of ${meshFile.name} on this machine` });
  else
    steps.push(
      { command: 'weft demo --keep', reason: 'plays the main job of a mesh on this machine and leaves it up' },
      { command: 'weft domain new <name> --template <template>', reason: "begins a domain's own repository" },
    );
  return steps;
}

function ofMesh(facts: Facts): Step[] {
  const { local, silent, mesh, as, remote } = facts;
  if (local === 'starting' && !remote)
    return [{ command: 'weft local logs -f', reason: 'the local mesh is still coming up' }];
  if (silent !== undefined) return [{ command: 'weft doctor', reason: `the mesh does not tell: ${silent}` }];
  if (mesh === undefined) return [];
  return [...ofTrouble(mesh), ...ofDecisions(mesh, as), ...ofContracts(facts, mesh), ...ofProducts(mesh, as)];
}

function ofTrouble({ products }: MeshFacts): Step[] {
  return products
    .filter(({ failed, quarantined }) => quarantined || failed !== undefined)
    .map(({ id, domain, failed, quarantined }) => ({
      command: `weft product show ${id} --as ${domain}/producer`,
      reason: quarantined
        ? `${id} is quarantined: its table no longer fits the contract`
        : `${id} is not ready: ${failed}`,
    }));
}

/** The requests that whoever asks may decide; where nobody says who asks, all of them, with who may. */
function ofDecisions({ subscriptions }: MeshFacts, as: string | undefined): Step[] {
  return subscriptions
    .filter(({ state, deciders }) => state === 'pending' && (as === undefined || deciders.includes(as)))
    .map(({ id, product, consumer, deciders }) => ({
      command: `weft subscription plan ${id} --as ${as ?? deciders[0] ?? 'governance/platform'}`,
      reason: `${consumer} asks for ${product}; then weft subscription approve or reject ${id}`,
    }));
}

function ofContracts({ products, as }: Facts, mesh: MeshFacts): Step[] {
  return products
    .filter((product) => product.errors === 0 && isUnpublished(product, mesh))
    .map(({ folder, id = folder, domain = '', version = '' }) => {
      const known = mesh.products.some((one) => one.id === id);
      return {
        command: `weft product publish ${folder} --as ${as ?? `${domain}/producer`}`,
        reason: known ? `${id} ${version} is not the version that is published` : `${id} is not published`,
      };
    });
}

function isUnpublished({ id, domain, version }: LocalProduct, { products, domains }: MeshFacts): boolean {
  if (id === undefined || domain === undefined || !domains.includes(domain)) return false;
  return !products.some((one) => one.id === id && one.version === version);
}

function ofProducts({ products, subscriptions, domains }: MeshFacts, as: string | undefined): Step[] {
  const published = products.filter((one) => one.published);
  if (published.length === 0) return [];
  const who = as?.split('/')[0];
  const mine = subscriptions.find(
    ({ state, consumer }) => state === 'active' && (who === undefined || consumer === who),
  );
  const steps: Step[] = [];
  const product = mine && published.find(({ id }) => id === mine.product);
  const [table] = product?.tables ?? [];
  if (mine !== undefined && product !== undefined && table !== undefined) {
    steps.push({
      command: `weft query "SELECT * FROM ${product.database}.${table} LIMIT 10" --as ${as ?? `${mine.consumer}/analyst`}`,
      reason: `${mine.consumer} may read ${product.id}`,
    });
  }
  const consumer = who !== undefined && domains.includes(who) ? who : undefined;
  const wanted = published.find(
    ({ id, domain }) =>
      domain !== consumer && !subscriptions.some((one) => one.product === id && one.consumer === consumer),
  );
  if (consumer !== undefined && wanted !== undefined) {
    steps.push({
      command: `weft subscription request ${wanted.id} --purpose "<what for>" --as ${as}`,
      reason: `${consumer} has not asked for ${wanted.id}`,
    });
  }
  return steps;
}

function ofLooking({ mesh, as }: Facts): Step[] {
  if (mesh === undefined) return [{ command: 'weft doctor', reason: 'finds what is wrong with the set-up' }];
  const who = as ?? 'governance/platform';
  const steps =
    mesh.products.length === 0
      ? [{ command: `weft mesh show --as ${who}`, reason: 'nothing is published in this mesh yet' }]
      : [{ command: `weft product list --as ${who}`, reason: `${count(mesh.products.length, 'product')} in the mesh` }];
  return [...steps, { command: 'weft --help', reason: 'everything else' }];
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
