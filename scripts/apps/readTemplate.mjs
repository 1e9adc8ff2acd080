import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** CloudFormation's short forms of its functions. */
const customTags = [
  { tag: '!Ref', resolve: (name) => ({ Ref: name }) },
  { tag: '!GetAtt', resolve: (path) => ({ 'Fn::GetAtt': path.split('.') }) },
  { tag: '!Sub', resolve: (text) => ({ 'Fn::Sub': text }) },
];

/** The SAM template of an example. */
export function readTemplate(folder) {
  return parse(readFileSync(join(folder, 'template.yaml'), 'utf8'), { customTags });
}

/** The functions of a SAM template, with the routes that lead to them. */
export function functionsOf({ Globals, Resources }) {
  return Object.entries(Resources)
    .filter(([, { Type }]) => Type === 'AWS::Serverless::Function')
    .map(([name, { Properties }]) => ({
      name,
      ...Globals.Function,
      ...Properties,
      routes: Object.values(Properties.Events).map(({ Properties: event }) => event),
    }));
}
