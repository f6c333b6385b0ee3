import { WeftError } from '#mesh/error.ts';

/** Why nothing can be sent, for whoever has to see to it. */
export interface Trouble {
  readonly code: string;
  readonly message: string;
  /** The keys may be old: with new ones it may work. */
  readonly keys: boolean;
}

/** What TLS says of a server whose certificate it does not trust. */
const UNTRUSTED = /^(CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERR_TLS_CERT|HOSTNAME_MISMATCH)/;
const OLD_KEYS = new Set(['ExpiredToken', 'InvalidClientTokenId', 'InvalidAccessKeyId', 'TokenRefreshRequired']);

export function troubleOf(error: unknown): Trouble {
  if (error instanceof WeftError) return { code: error.code, message: error.message, keys: false };
  const {
    name,
    message,
    code = '',
    $metadata,
  } = error as Error & { code?: string; $metadata?: { httpStatusCode?: number } };
  if (UNTRUSTED.test(code)) {
    return {
      code: 'WEFT-EDGE-024',
      message: `the certificate of the server is not trusted: ${message} (${code})`,
      keys: false,
    };
  }
  const status = $metadata?.httpStatusCode;
  if (status !== undefined && status < 500) {
    return { code: 'WEFT-EDGE-026', message: `S3 refuses it: ${message} (${name})`, keys: OLD_KEYS.has(name) };
  }
  if (status !== undefined) return { code: 'WEFT-EDGE-025', message: `S3 failed: ${message} (${name})`, keys: false };
  return { code: 'WEFT-EDGE-025', message: `there is no way to AWS: ${message || code || name}`, keys: false };
}
