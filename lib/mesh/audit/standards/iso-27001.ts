import { DISPOSING, GOVERNING, GRANTING, PROVING, PUBLISHING, REFUSING, type Standard, WATCHING } from './standard.ts';

/** ISO/IEC 27001:2022, controls of its Annex A that a data mesh bears on. */
export const ISO_27001: Standard = {
  name: 'ISO27001:2022',
  title: 'ISO/IEC 27001:2022, Annex A',
  aliases: ['iso27001', 'iso-27001', 'iso/iec 27001', 'iso/iec-27001'],
  controls: [
    {
      id: 'A.5.3',
      says: 'who asks for something is not who approves it',
      entries: GRANTING,
      findings: ['four-eyes-broken'],
    },
    {
      id: 'A.5.9',
      says: 'data is listed, and each has an owner',
      entries: PUBLISHING,
      findings: ['products-without-owner', 'duplicate-products'],
    },
    { id: 'A.5.12', says: 'data is classified by what its loss would do', entries: PUBLISHING },
    { id: 'A.5.13', says: 'data carries its classification wherever it is used', entries: PUBLISHING },
    {
      id: 'A.5.15',
      says: 'rules decide about access, and are written down',
      entries: GRANTING,
      findings: ['grants-without-subscription', 'readers-without-grant'],
    },
    {
      id: 'A.5.18',
      says: 'access is given, looked at again and taken back',
      entries: GRANTING,
      findings: ['past-end', 'unused-access'],
    },
    { id: 'A.5.28', says: 'evidence is gathered so that it can be relied on', entries: PROVING, log: true },
    { id: 'A.5.33', says: 'records are kept from loss and forgery', findings: ['log-gaps'], log: true },
    {
      id: 'A.5.34',
      says: 'personal data is protected, and used for what it was given for',
      findings: ['personal-data-without-purpose'],
    },
    { id: 'A.5.36', says: 'it is checked that rules are kept', entries: GOVERNING },
    { id: 'A.8.2', says: 'the rights of administrators are few and watched', findings: ['admins-changed'] },
    { id: 'A.8.3', says: 'nobody sees more than was granted', entries: REFUSING, findings: ['readers-without-grant'] },
    { id: 'A.8.10', says: 'data that is not needed any more is deleted', entries: DISPOSING },
    { id: 'A.8.12', says: 'data does not leave where it should not', entries: { action: '^Export' } },
    {
      id: 'A.8.15',
      says: 'what happens is logged, and the log is protected',
      entries: { kinds: ['command', 'decision', 'applied'] },
      findings: ['log-gaps'],
      log: true,
    },
    {
      id: 'A.8.16',
      says: 'what is out of the ordinary is noticed',
      entries: WATCHING,
      findings: ['grants-without-subscription'],
    },
    { id: 'A.8.32', says: 'changes are planned, checked and recorded', entries: PUBLISHING },
  ],
};
