import { deprecateProduct } from '#control/deprecate.ts';
import { publish } from '#control/publish.ts';
import { reportData } from '#control/report.ts';
import { retireProduct } from '#control/retire.ts';
import { rolloutProduct } from '#control/rollout.ts';
import { suspendProduct } from '#control/suspend.ts';
import { tendQuality } from '#control/tend-quality.ts';
import { filesOf, VERSIONS } from '../contract.ts';
import { type Command, inDays, type Stage } from './stage.ts';

/** Those who own products. */
export const OWNERS: Readonly<Record<string, Command>> = {
  publish: async (stage) => {
    const { random } = stage;
    const known = (await stage.now()).versions.map(({ product }) => product);
    const missing = VERSIONS.filter(
      (one) => !known.some(({ name, major }) => name === one.name && major === one.major),
    );
    const version = random.pick(missing.length > 0 && random.chance(0.6) ? missing : VERSIONS);
    const current = known.find(({ name, major }) => name === version.name && major === version.major);
    const minor = current === undefined ? 0 : Math.min(3, Number(current.version.split('.')[1]) + random.below(2));
    const { product, changed } = await publish(
      filesOf(version, minor),
      stage.by(`${version.domain}/producer`),
      stage.api,
    );
    return changed ? product : undefined;
  },
  end: async (stage) => {
    const known = (await stage.now()).versions.map((version) => version.product);
    const deprecated = known.filter(({ state }) => state === 'deprecated');
    const product = stage.random.pick(deprecated.length > 0 ? deprecated : known);
    const by = stage.by(`${product.domain}/steward`);
    const { major } = product;
    if (stage.random.chance(0.1))
      return retireProduct(product, { major, force: true, reason: 'simulated' }, by, stage.api);
    const wish =
      product.state === 'deprecated'
        ? { action: 'reactivate' as const, major }
        : { action: 'deprecate' as const, major, sunset: inDays(stage, 30) };
    return deprecateProduct(product, wish, by, stage.api);
  },
  suspendProduct: async (stage) => {
    const known = (await stage.now()).versions.map((version) => version.product);
    const suspended = known.filter(({ suspensions }) => suspensions !== undefined);
    const resumes = suspended.length > 0 && stage.random.chance(0.8);
    const product = stage.random.pick(resumes ? suspended : known);
    const action = resumes ? ('resume' as const) : ('suspend' as const);
    const by = stage.by(`${product.domain}/steward`);
    const { products } = await suspendProduct(product, { action, reason: 'simulated' }, by, stage.api);
    return products[0];
  },
  rollout: async (stage) => {
    const share = stage.random.pick([0, 30, 60, 100]);
    const by = stage.by('sales/steward');
    return (await rolloutProduct({ domain: 'sales', name: 'orders' }, { to: 2, share }, by, stage.api)).product;
  },
  reportData: async (stage) => {
    const product = await published(stage);
    const quality = stage.random.chance(0.6) ? ('passed' as const) : ('failed' as const);
    const report = { major: product.major, quality, rule: 'simulated' };
    return reportData(product, report, stage.by(`${product.domain}/producer`), stage.api);
  },
  releaseData: async (stage) => {
    const product = await published(stage);
    const wish = { action: 'release' as const, major: product.major, reason: 'simulated' };
    return tendQuality(product, wish, stage.by(`${product.domain}/steward`), stage.api);
  },
};

async function published(stage: Stage) {
  return stage.random.pick((await stage.now()).versions).product;
}
