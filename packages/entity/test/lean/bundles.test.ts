import { build } from 'esbuild';

const SDK = /node_modules\/@(?:aws-sdk|smithy)\//;

/** The files of the SDK that a program takes into its bundle. */
async function filesOfSdk(program: string): Promise<string[]> {
  const { metafile } = await build({
    stdin: { contents: program, resolveDir: __dirname },
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
  });
  return Object.keys(metafile.inputs).filter((file) => SDK.test(file));
}

it('A bundle of a lean table has no file of the SDK', async () => {
  const program = "export { Table, createLeanClient } from '@latchkey/entity/lean';";
  expect(await filesOfSdk(program)).toEqual([]);
});

it('A bundle of the main entry brings the SDK', async () => {
  const files = await filesOfSdk("export { Table } from '@latchkey/entity';");
  expect(files.length).toBeGreaterThan(0);
});
