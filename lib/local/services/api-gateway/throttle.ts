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

/** The setting of the method itself, else that of everything. In CloudFormation's form `/` in a path is written `~1` or as it is. */
function settingFor(stage: Stage, path: string, httpMethod: string): MethodSetting | undefined {
  const all = stage.methodSettings ?? [];
  const exact = all.find(
    (setting) =>
      setting.ResourcePath?.replaceAll('~1', '/') === path && [httpMethod, '*'].includes(setting.HttpMethod ?? '*'),
  );
  return (
    exact ??
    all.find((setting) => ['/*', '*'].includes(setting.ResourcePath ?? '/*') && (setting.HttpMethod ?? '*') === '*')
  );
}
