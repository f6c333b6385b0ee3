import type { ProductRecord } from '#mesh/product/product.ts';
import { condition } from '#mesh/record.ts';
import { publishBody, readProductFolder } from '../product-folder.ts';
import { enrol, SOURCES } from './sources.ts';
import { FLIGHTS, refusal } from './sql.ts';
import { expectThat, type Step } from './step.ts';

export const deployed: Step = {
  id: 'deploy',
  title: 'a governance account and a domain account each, from the synthesized templates',
  async run(world) {
    const platform = await world.as('governance/platform');
    const { counts } = await platform.api<{ counts: Record<string, number> }>({ method: 'GET', path: '/mesh' });
    const { domains } = world.local.topology;
    expectThat(domains.length === 4, 'the mesh has four domains');
    return {
      lines: [
        `governance ${world.local.topology.governanceAccount}`,
        ...domains.map((domain) => `${domain.name} ${domain.account}`),
      ],
      facts: { counts },
    };
  },
};

export const published: Step = {
  id: 'publish',
  title: 'three domains publish: flights, airports, bird-strikes',
  async run(world) {
    const lines: string[] = [];
    for (const source of SOURCES) {
      const bytes = await enrol(world, source);
      await world.settle();
      const producer = await world.as(`${source.domain}/producer`);
      const body = publishBody(readProductFolder(source.folder, source.folder));
      const calls = await world.counter.count(async () => {
        await producer.api({ method: 'POST', path: '/products', body });
        await world.settle();
      });
      const path = `/products/${source.domain}/${source.product}`;
      const { product } = await producer.api<{ product: ProductRecord }>({ method: 'GET', path });
      expectThat(condition(product, 'Registered')?.status === 'true', `${source.product} is registered`);
      if (source.product === 'flights') world.notes.calls.set('register', calls);
      const took = product.status.timeToRegisterMs;
      expectThat(took !== undefined, `the mesh kept how long ${source.product} took to register`);
      world.notes.registerMs.set(source.product, took);
      lines.push(
        `${source.domain}/${source.product}: ${(bytes / 1e6).toFixed(1)} MB in place, registered ${took} ms after the command`,
      );
    }
    return { lines, facts: { registerMs: Object.fromEntries(world.notes.registerMs) } };
  },
};

export const refusedBeforeGrants: Step = {
  id: 'refused-before-grants',
  title: 'an analyst queries before any grant: refused',
  async run(world) {
    const reason = await refusal(world, 'analytics/analyst', `SELECT count(*) FROM ${FLIGHTS}`);
    expectThat(reason !== undefined, 'a query without a grant is refused');
    return { lines: [reason], facts: { reason } };
  },
};
