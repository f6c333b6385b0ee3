/** What a number is multiplied with, and what is then added to it. */
export interface Conversion {
  readonly multiply: number;
  readonly add: number;
}

/** Units of one quantity, each as `base = multiply × unit + add`. */
const QUANTITIES: readonly Readonly<Record<string, Conversion>>[] = [
  { K: linear(1), degC: linear(1, 273.15), degF: linear(5 / 9, 273.15 - 160 / 9) },
  { Pa: linear(1), hPa: linear(100), kPa: linear(1000), bar: linear(100_000), psi: linear(6894.757293168) },
  {
    m: linear(1),
    mm: linear(0.001),
    cm: linear(0.01),
    km: linear(1000),
    in: linear(0.0254),
    ft: linear(0.3048),
    mi: linear(1609.344),
  },
  { kg: linear(1), g: linear(0.001), t: linear(1000), lb: linear(0.45359237) },
  { s: linear(1), ms: linear(0.001), min: linear(60), h: linear(3600) },
  { 'm/s': linear(1), 'km/h': linear(1 / 3.6), mph: linear(0.44704), kn: linear(1852 / 3600) },
  { W: linear(1), kW: linear(1000), MW: linear(1_000_000) },
  { J: linear(1), Wh: linear(3600), kWh: linear(3_600_000), MJ: linear(1_000_000) },
  { l: linear(1), ml: linear(0.001), m3: linear(1000), gal: linear(3.785411784) },
];

/** From one unit to another of the same quantity; undefined when there is no way. */
export function conversionBetween(from: string, to: string): Conversion | undefined {
  for (const units of QUANTITIES) {
    const [a, b] = [from, to].map((name) => (Object.hasOwn(units, name) ? units[name] : undefined));
    if (a !== undefined && b !== undefined) {
      return { multiply: a.multiply / b.multiply, add: (a.add - b.add) / b.multiply };
    }
  }
  return undefined;
}

/** Every unit that is known. */
export function units(): string[] {
  return QUANTITIES.flatMap((quantity) => Object.keys(quantity));
}

/** The converted number, without what binary fractions leave behind its twelfth digit; what is no number stays as it is. */
export function convert(value: unknown, { multiply, add }: Conversion): unknown {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return value;
  return Number((number * multiply + add).toPrecision(12));
}

function linear(multiply: number, add = 0): Conversion {
  return { multiply, add };
}
