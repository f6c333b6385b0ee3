import { DISPOSING, GRANTING, PUBLISHING, REFUSING, type Standard, WATCHING } from './standard.ts';

/** The General Data Protection Regulation, articles that a data mesh bears on. */
export const GDPR: Standard = {
  name: 'GDPR',
  title: 'Regulation (EU) 2016/679 (GDPR)',
  aliases: ['dsgvo', 'rgpd'],
  controls: [
    {
      id: 'Art.5(1)(b)',
      says: 'personal data is used for the purpose that it was collected for',
      entries: GRANTING,
      findings: ['personal-data-without-purpose'],
    },
    { id: 'Art.5(1)(c)', says: 'no more personal data is used than the purpose needs', findings: ['unused-access'] },
    { id: 'Art.5(1)(d)', says: 'personal data is right and up to date', findings: ['stale-products'] },
    { id: 'Art.5(1)(e)', says: 'personal data is kept no longer than needed', entries: DISPOSING },
    {
      id: 'Art.5(1)(f)',
      says: 'personal data is kept from those who may not see it',
      entries: REFUSING,
      findings: ['readers-without-grant', 'grants-without-subscription'],
    },
    {
      id: 'Art.5(2)',
      says: 'it can be shown that all of this is kept',
      entries: { kinds: ['command', 'decision'] },
      log: true,
    },
    { id: 'Art.6(1)', says: 'there is a ground for each use', findings: ['personal-data-without-purpose'] },
    { id: 'Art.25', says: 'protection is built in and is what happens by default', entries: PUBLISHING },
    { id: 'Art.30', says: 'it is recorded who uses which personal data for what', entries: GRANTING },
    {
      id: 'Art.32',
      says: 'access is secured, and that is tested',
      findings: ['readers-without-grant', 'admins-changed', 'past-end'],
    },
    {
      id: 'Art.33',
      says: 'a breach is noticed in time to be reported',
      entries: WATCHING,
      findings: ['grants-without-subscription', 'log-gaps'],
    },
  ],
};
