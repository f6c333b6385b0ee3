import { DISPOSING, GRANTING, PUBLISHING, REFUSING, type Standard, WATCHING } from './standard.ts';

/** NIST SP 800-53 revision 5, controls that a data mesh bears on. */
export const NIST_800_53: Standard = {
  name: 'NIST-800-53r5',
  title: 'NIST SP 800-53 revision 5',
  aliases: ['nist', 'nist-800-53', 'nist80053', '800-53', 'nist-800-53-r5'],
  controls: [
    {
      id: 'AC-2',
      says: 'access is managed from its request to its end',
      entries: GRANTING,
      findings: ['past-end', 'unused-access'],
    },
    {
      id: 'AC-2(3)',
      says: 'what is not used or has ended is switched off',
      entries: { action: '^Subscription(Expired|Revoked|Revoking)$' },
      findings: ['past-end', 'unused-access'],
    },
    {
      id: 'AC-3',
      says: 'what was approved is what is enforced',
      entries: REFUSING,
      findings: ['readers-without-grant', 'grants-without-subscription'],
    },
    { id: 'AC-4', says: 'rules decide where data may flow', entries: { action: '^Export' } },
    { id: 'AC-5', says: 'duties are divided between people', entries: GRANTING, findings: ['four-eyes-broken'] },
    { id: 'AC-6', says: 'nobody has more than the task needs', findings: ['unused-access', 'admins-changed'] },
    {
      id: 'AU-2',
      says: 'it is settled what is logged, and it is logged',
      entries: { kinds: ['command', 'decision', 'applied', 'denied'] },
    },
    {
      id: 'AU-3',
      says: 'an entry says what, when, who, and with which outcome',
      entries: { kinds: ['command', 'decision'] },
    },
    {
      id: 'AU-6',
      says: 'the log is read, and what is found is reported',
      entries: WATCHING,
      findings: ['four-eyes-broken', 'readers-without-grant'],
    },
    { id: 'AU-9', says: 'nobody changes the log', findings: ['log-gaps', 'admins-changed'], log: true },
    { id: 'AU-10', says: 'nobody can deny what they did', entries: { kinds: ['command'] }, log: true },
    {
      id: 'AU-12',
      says: 'entries are made where things happen',
      entries: { kinds: ['applied', 'read-back'] },
      findings: ['log-gaps'],
    },
    { id: 'CM-3', says: 'changes are reviewed and recorded', entries: PUBLISHING },
    { id: 'RA-2', says: 'data is classified', entries: PUBLISHING },
    { id: 'SI-12', says: 'data is kept as long as it must be, and no longer', entries: DISPOSING },
  ],
};
