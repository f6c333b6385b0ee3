import { type Family, type Properties, pick, type ResourceRequest, rules } from './resource.ts';

const NOTIFIED = 'nothing expires unseen on one machine: certificates are judged when they are used';

export const rolesAnywhere: Family = {
  'AWS::RolesAnywhere::TrustAnchor': {
    properties: rules({
      update: 'Enabled Name Source',
      inert: { NotificationSettings: NOTIFIED, Tags: 'nobody asks for them' },
    }),
    async create(request) {
      const { trustAnchor } = await request.call<{ trustAnchor: Anchor }>(
        'rolesanywhere',
        'CreateTrustAnchor',
        anchor(request.properties),
      );
      return provisionedAnchor(request, trustAnchor);
    },
    async update(request) {
      const input = { trustAnchorId: request.id, ...anchor(request.properties) };
      const { trustAnchor } = await request.call<{ trustAnchor: Anchor }>('rolesanywhere', 'UpdateTrustAnchor', input);
      return provisionedAnchor(request, trustAnchor);
    },
    async delete({ call, id: trustAnchorId }) {
      await call('rolesanywhere', 'DeleteTrustAnchor', { trustAnchorId });
    },
  },
  'AWS::RolesAnywhere::Profile': {
    properties: rules({ update: 'DurationSeconds Enabled Name RoleArns', inert: { Tags: 'nobody asks for them' } }),
    async create(request) {
      const { profile } = await request.call<{ profile: Profile }>(
        'rolesanywhere',
        'CreateProfile',
        profileOf(request.properties),
      );
      return provisionedProfile(request, profile);
    },
    async update(request) {
      const input = { profileId: request.id, ...profileOf(request.properties) };
      const { profile } = await request.call<{ profile: Profile }>('rolesanywhere', 'UpdateProfile', input);
      return provisionedProfile(request, profile);
    },
    async delete({ call, id: profileId }) {
      await call('rolesanywhere', 'DeleteProfile', { profileId });
    },
  },
};

interface Anchor {
  readonly trustAnchorId: string;
  readonly trustAnchorArn: string;
}

interface Profile {
  readonly profileId: string;
  readonly profileArn: string;
}

function anchor(properties: Properties): Properties {
  const { Source } = properties as { Source?: { SourceType?: string; SourceData?: { X509CertificateData?: string } } };
  const { X509CertificateData: x509CertificateData } = Source?.SourceData ?? {};
  return {
    ...lowered(pick(properties, 'Name')),
    source: { sourceType: Source?.SourceType, sourceData: { x509CertificateData } },
  };
}

function profileOf(properties: Properties): Properties {
  return lowered(pick(properties, 'DurationSeconds Name RoleArns'));
}

function lowered(properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [`${name[0]?.toLowerCase()}${name.slice(1)}`, value]),
  );
}

async function provisionedAnchor(request: ResourceRequest, { trustAnchorId, trustAnchorArn }: Anchor) {
  await request.call('rolesanywhere', enabled(request) ? 'EnableTrustAnchor' : 'DisableTrustAnchor', { trustAnchorId });
  return { id: trustAnchorId, attributes: { TrustAnchorId: trustAnchorId, TrustAnchorArn: trustAnchorArn } };
}

async function provisionedProfile(request: ResourceRequest, { profileId, profileArn }: Profile) {
  await request.call('rolesanywhere', enabled(request) ? 'EnableProfile' : 'DisableProfile', { profileId });
  return { id: profileId, attributes: { ProfileId: profileId, ProfileArn: profileArn } };
}

function enabled({ properties }: ResourceRequest): boolean {
  return properties.Enabled === true || properties.Enabled === 'true';
}
