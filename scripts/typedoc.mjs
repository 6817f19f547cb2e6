// `node scripts/typedoc.mjs [FOLDER]`: reads the comments of the npm packages, by typedoc.json, and writes their pages there.
import { Application } from "typedoc";

const [folder] = process.argv.slice(2);
const app = await Application.bootstrapWithPlugins({});
const project = await app.convert();
if (project !== undefined) {
  // typedoc looks for what is not exported, and not documented, in the one package of its project; here are two.
  for (const name of ["aion-pow-verify", "aion-web-miner"]) {
    project.packageName = name;
    app.validate(project);
  }
}
const isFaulty = project === undefined || app.logger.hasErrors() || app.logger.hasWarnings();
if (folder !== undefined && !isFaulty) await app.generateDocs(project, folder);
process.exitCode = isFaulty ? 1 : 0;
