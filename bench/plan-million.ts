import { diffGrants } from '#mesh/plan/grants.ts';
import { madeGrants } from './made-grants.ts';

/** Run as a process of its own, so that its memory is its own: a million desired grants against a million actual ones, one in a hundred another. */
const COUNT = 1_000_000;

const desired = madeGrants(COUNT, () => false);
const actual = madeGrants(COUNT, (index) => index % 100 === 0);
const started = performance.now();
const changes = diffGrants(desired, actual).length;
const seconds = (performance.now() - started) / 1000;
const megabytes = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ seconds, megabytes, changes }));
