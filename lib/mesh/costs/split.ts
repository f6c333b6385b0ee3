import { accountsOf, domainOfAccount, type Topology } from '../topology/topology.ts';
import { apportion } from './apportion.ts';
import { type Driver, driverOf } from './driver.ts';

/** Decimal places of a currency that are kept; a bill has as many. */
export const PLACES = 10;

/** What a bill says of one service in one account. */
export interface BillLine {
  readonly account: string;
  readonly service: string;
  /** In units of 10⁻¹⁰ of the currency. */
  readonly amount: bigint;
}

/** How much of each driver was measured, by domain. */
export type Measured = Readonly<Record<Exclude<Driver, 'even'>, ReadonlyMap<string, number>>>;

/** One share of one line of the bill. */
export interface CostPart {
  /** The domain; undefined for an account that is not of the mesh. */
  readonly domain: string | undefined;
  readonly account: string;
  readonly service: string;
  /** `own`: of the domain's account; a driver: its share of what all use; `outside`: of no account of the mesh. */
  readonly by: 'own' | 'outside' | Driver;
  /** In units of 10⁻¹⁰ of the currency. */
  readonly amount: bigint;
}

/**
 * Splits a bill among the domains: what their own accounts cost is theirs, what the accounts of governance cost goes by what was measured. The parts of
 * a line add up to it exactly, so all parts add up to the bill; accounts that are not of the mesh stay apart.
 */
export function splitBill(lines: readonly BillLine[], measured: Measured, topology: Topology): CostPart[] {
  const domains = topology.domains.map(({ name }) => name);
  const members = new Set(accountsOf(topology));
  return lines.flatMap(({ account, service, amount }): CostPart[] => {
    const own = domainOfAccount(topology, account)?.name;
    if (own !== undefined) return [{ domain: own, account, service, by: 'own', amount }];
    if (!members.has(account) || domains.length === 0)
      return [{ domain: undefined, account, service, by: 'outside', amount }];
    const driver = driverOf(service);
    const weights = domains.map((name) => (driver === 'even' ? 1 : (measured[driver].get(name) ?? 0)));
    const by = weights.some((weight) => weight > 0) ? driver : 'even';
    return apportion(amount, weights).map((part, index) => ({
      domain: domains[index],
      account,
      service,
      by,
      amount: part,
    }));
  });
}
