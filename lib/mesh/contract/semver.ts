/** The major number of a version such as `1.2.0` (a leading `v` is not one), or undefined when it is no semantic version. */
export function majorOf(version: string): number | undefined {
  const match = /^(0|[1-9]\d{0,5})\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/.exec(version);
  return match === null ? undefined : Number(match[1]);
}
