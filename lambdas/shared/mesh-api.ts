import { createAddressReader, createMeshApi, type MeshApi } from '#aws/mesh-api.ts';
import { apiParameterName, auditDirectoryRoleName, directoryRoleName, roleArn } from '#mesh/topology/names.ts';
import { patience, wayTo } from './clients.ts';

interface Where {
  readonly mesh: string;
  readonly region: string;
  readonly governanceAccount: string;
}

/** The mesh's API for a Lambda of a domain, e.g. its `disposal`: it learns the address by the domain's directory role. */
export function domainApi(where: Where & { readonly domain: string }, lambda: string): MeshApi {
  return apiBy(where, directoryRoleName(where.mesh, where.domain), `${where.domain}-${lambda}`);
}

/** The same for a Lambda of the audit account. */
export function auditApi(where: Where, lambda: string): MeshApi {
  return apiBy(where, auditDirectoryRoleName(where.mesh), lambda);
}

function apiBy({ mesh, region, governanceAccount }: Where, role: string, session: string): MeshApi {
  const where = { roleArn: roleArn(governanceAccount, role), session, parameter: apiParameterName(mesh) };
  const address = createAddressReader((service) => wayTo(service, region), where, patience);
  return createMeshApi(wayTo('execute-api', region), address, patience);
}
