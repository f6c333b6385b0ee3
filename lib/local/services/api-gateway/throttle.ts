import type { MethodSetting, Stage } from './model.ts';

/** Token buckets for the methods of stages that limit their rate. */
export class Throttle {
  readonly #now: () => number;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether one more request may pass; takes its token when it may. */
  admits(apiId: string, stage: Stage, path: string, httpMethod: string): boolean {
    const setting = settingFor(stage, path, httpMethod);
    const rate = setting?.ThrottlingRateLimit;
    if (rate === undefined) return true;
    const burst = setting?.ThrottlingBurstLimit ?? Math.max(1, Math.ceil(rate));
    const key = `${apiId} ${stage.stageName} ${httpMethod} ${path}`;
    const now = this.#now();
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * rate);
    this.#buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    return tokens >= 1;
  }
}

/** The setting of the method itself, else that of everything. */
function settingFor(stage: Stage, path: string, httpMethod: string): MethodSetting | undefined {
  const all = stage.methodSettings ?? [];
  const exact = all.find(
    (setting) => pathOf(setting) === path && [httpMethod, '*'].includes(setting.HttpMethod ?? '*'),
  );
  return (
    exact ??
    all.find((setting) => ['/*', '*'].includes(setting.ResourcePath ?? '/*') && (setting.HttpMethod ?? '*') === '*')
  );
}

/** CloudFormation writes `/items/{id}` as `/~1items~1{id}`; paths as they are stay so. */
function pathOf({ ResourcePath: written = '' }: MethodSetting): string {
  return written.replaceAll('~1', '/').replace(/^\/\//, '/');
}
