import { DISPOSING, GRANTING, PUBLISHING, REFUSING, type Standard, WATCHING } from './standard.ts';

/** SOC 2, common criteria that a data mesh bears on. */
export const SOC_2: Standard = {
  name: 'SOC2',
  title: 'SOC 2, trust services criteria (common criteria)',
  aliases: ['soc-2', 'soc 2', 'tsc'],
  controls: [
    { id: 'CC5.3', says: 'controls are put down as policies and are carried out', entries: { action: '^Policy' } },
    {
      id: 'CC6.1',
      says: 'access to data is restricted by means that work',
      entries: REFUSING,
      findings: ['readers-without-grant', 'grants-without-subscription'],
    },
    {
      id: 'CC6.2',
      says: 'access is given to those only who were approved',
      entries: GRANTING,
      findings: ['grants-without-subscription'],
    },
    {
      id: 'CC6.3',
      says: 'access follows the task, ends with it, and its duties are divided',
      entries: GRANTING,
      findings: ['four-eyes-broken', 'past-end', 'unused-access'],
    },
    { id: 'CC6.5', says: 'data is disposed of when it is not needed', entries: DISPOSING },
    {
      id: 'CC7.2',
      says: 'what is out of the ordinary is noticed',
      entries: WATCHING,
      findings: ['admins-changed', 'log-gaps'],
    },
    { id: 'CC7.3', says: 'what was noticed is looked into and put right', entries: { kinds: ['drift'] } },
    { id: 'CC8.1', says: 'changes are approved, tested and recorded', entries: PUBLISHING },
  ],
};
