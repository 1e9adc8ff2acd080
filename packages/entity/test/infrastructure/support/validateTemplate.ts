import { CelEngine, type Engine, TemplateFile } from '@aws/cloudformation-validate';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Making one takes seconds. */
let engine: Engine | undefined;

/**
 * What AWS's own validator has against a template: its resource schemas and lint rules, but for
 * notes of the level INFO.
 */
export function validateTemplate(template: unknown): string[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-template-'));
  engine ??= new CelEngine();
  try {
    const file = path.join(folder, 'template.json');
    writeFileSync(file, JSON.stringify(template));
    const { status, diagnostics } = engine.validateStandard(new TemplateFile(file));
    const findings = diagnostics
      .filter(({ severity }) => !['INFO', 'DEBUG'].includes(severity))
      .map(({ ruleId, message }) => `${ruleId}: ${message}`);
    return status === 'OK' ? findings : [`the validator ended with ${status}`, ...findings];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A template with one resource. */
export function templateOf(Type: string, Properties: unknown): unknown {
  return { AWSTemplateFormatVersion: '2010-09-09', Resources: { It: { Type, Properties } } };
}
