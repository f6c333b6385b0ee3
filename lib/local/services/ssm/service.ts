import { jsonCodec } from '../../core/codecs.ts';
import type { Context, Operations, Service } from '../../core/service.ts';
import { deleteParameter, deleteParameters } from './delete.ts';
import { describeParameters } from './describe.ts';
import { arnOf } from './parameter.ts';
import { putParameter } from './put.ts';
import { getParameter, getParameters, getParametersByPath } from './read.ts';
import { addTags, listTags, removeTags } from './tags.ts';

const named = ({ Name }: { Name: string }, context: Context) => [arnOf(context, Name)];
const several = ({ Names }: { Names: string[] }, context: Context) => Names.map((name) => arnOf(context, name));
const below = ({ Path }: { Path: string }, context: Context) => [arnOf(context, Path)];

/** AWS Systems Manager Parameter Store. A SecureString is kept as given, and comes out unreadable without WithDecryption; the permission on its key is not asked. */
export class SsmService implements Service {
  readonly signingName = 'ssm';
  readonly codec = jsonCodec('1.1');
  readonly operations: Operations = {
    PutParameter: { run: putParameter, resources: named },
    GetParameter: { run: getParameter, resources: named },
    GetParameters: { run: getParameters, resources: several },
    GetParametersByPath: { run: getParametersByPath, resources: below },
    DescribeParameters: { run: describeParameters },
    DeleteParameter: { run: deleteParameter, resources: named },
    DeleteParameters: { run: deleteParameters, resources: several },
    AddTagsToResource: { run: addTags },
    RemoveTagsFromResource: { run: removeTags },
    ListTagsForResource: { run: listTags },
  };
}
