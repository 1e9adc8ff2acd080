// Checks the workflows of GitHub Actions by GitHub's own parser, without GitHub.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { build } from 'esbuild';
import { CommandError } from './run.mjs';
import { ROOT } from './setup.mjs';

const FOLDER = '.github/workflows';

export async function checkWorkflows() {
  const parser = await loadParser();
  const names = readdirSync(join(ROOT, FOLDER));
  const faults = await Promise.all(names.map((name) => faultsOf(name, parser)));
  if (faults.flat().length > 0) throw new CommandError(faults.flat().join('\n'));
  return { summary: names.join(', ') };
}

async function faultsOf(name, { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow }) {
  const content = readFileSync(join(ROOT, FOLDER, name), 'utf8');
  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  // Errors of expressions are found here.
  if (value) await convertWorkflowTemplate(context, value);
  return context.errors.getErrors().map((error) => `${FOLDER}/${name}: ${error.message}`);
}

/** In a bundle, because the package imports JSON as Node does not. */
async function loadParser() {
  const outfile = join(ROOT, '.cache', 'workflowParser.cjs');
  const stdin = { contents: "export * from '@actions/workflow-parser'", resolveDir: ROOT };
  await build({ stdin, outfile, bundle: true, platform: 'node', format: 'cjs' });
  return createRequire(import.meta.url)(outfile);
}
