// `npm run sbom`: writes a software bill of materials of each package, as CycloneDX 1.6, into `.cache/sbom`: what
// installing it brings along, and what is bundled in it. The release attaches them.
import { Contrib, Models, Serialize, Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandError } from './run.mjs';
import { PACKAGES, readJson, ROOT } from './setup.mjs';
import { installedFor } from './weights.mjs';

const FOLDER = join(ROOT, '.cache', 'sbom');
const NOTICES = 'THIRD-PARTY-NOTICES.txt';
const { Version } = Spec;
const { ComponentBuilder } = Contrib.FromNodePackageJson.Builders;
const { ExternalReferenceFactory } = Contrib.FromNodePackageJson.Factories;
const { LicenseFactory } = Contrib.License.Factories;

/** Writes them, and checks each by the schema of CycloneDX. */
export async function writeSboms() {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const validator = new Validation.JsonStrictValidator(Version.v1dot6);
  const summary = [];
  for (const name of PACKAGES) {
    const bom = bomOf(name);
    const text = new Serialize.JsonSerializer(
      new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6),
    ).serialize(bom, { sortLists: true, space: 2 });
    const fault = await validator.validate(text);
    if (fault !== null) throw new CommandError(`The SBOM of ${name}: ${JSON.stringify(fault)}`);
    writeFileSync(join(FOLDER, `latchkey-${name}.cdx.json`), `${text}\n`);
    summary.push(`${name} ${bom.components.size} + ${bom.metadata.component.components.size}`);
  }
  return { summary: `SBOMs of what is installed + bundled: ${summary.join(', ')}` };
}

function bomOf(name) {
  const builder = new ComponentBuilder(new ExternalReferenceFactory(), new LicenseFactory());
  const installed = installedFor(name);
  const components = new Map();
  for (const folder of installed.keys()) {
    const manifest = readJson(folder, 'package.json');
    const component = builder.makeComponent(manifest);
    const purl = purlOf(manifest);
    component.purl = purl;
    component.bomRef.value = purl;
    components.set(folder, component);
  }
  for (const [folder, dependencies] of installed) {
    for (const each of dependencies) {
      components.get(folder).dependencies.add(components.get(each).bomRef);
    }
  }
  const [own, ...others] = components.values();
  own.components = new Models.ComponentRepository(bundledIn(name));
  return new Models.Bom({
    metadata: new Models.Metadata({ component: own }),
    components: new Models.ComponentRepository(others),
  });
}

/** The packages whose code is in the build, by the notices there. */
function bundledIn(name) {
  const dist = join(ROOT, 'packages', name, 'dist');
  const files = readdirSync(dist, { recursive: true }).filter((file) => file.endsWith(NOTICES));
  const notices = files.map((file) => readFileSync(join(dist, file), 'utf8')).join('\n');
  const found = new Map();
  for (const [, own, version, licence] of notices.matchAll(/^-{80}\n\n(\S+) (\S+) \((.+)\)$/gm)) {
    const purl = purlOf({ name: own, version });
    const licenses = new Models.LicenseRepository([new LicenseFactory().makeFromString(licence)]);
    const options = { version, purl, licenses, bomRef: `${name}/${purl}` };
    found.set(purl, new Models.Component('library', own, options));
  }
  return found.values();
}

function purlOf({ name, version }) {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { summary } = await writeSboms();
  console.log(`${summary}\n${FOLDER}`);
}
