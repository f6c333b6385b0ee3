import type { Family } from './resource.ts';

const NO_BACKUPS = 'nothing is backed up on this machine: what is lost with its folder is made again';

export const backup: Family = {
  'AWS::Backup::BackupVault': {
    inert: NO_BACKUPS,
    nameProperty: 'BackupVaultName',
    attributes: (id, { arn }) => ({ BackupVaultArn: arn('backup', `backup-vault:${id}`), BackupVaultName: id }),
  },
  'AWS::Backup::BackupPlan': {
    inert: NO_BACKUPS,
    attributes: (id, { arn }) => ({
      BackupPlanArn: arn('backup', `backup-plan:${id}`),
      BackupPlanId: id,
      VersionId: '1',
    }),
  },
  'AWS::Backup::BackupSelection': {
    inert: NO_BACKUPS,
    attributes: (id) => ({ Id: id, SelectionId: id }),
  },
};
