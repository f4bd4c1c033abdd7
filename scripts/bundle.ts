// Bundles the operator into one file, dist/botyard.mjs, with a source map: half the memory and start of loading every module.

import { build } from 'esbuild'

await build({
  entryPoints: ['src/main.ts'],
  outfile: 'dist/botyard.mjs',
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // Source text stays in memory for as long as the process runs: minified it is half. The map is for
  // reading a stack trace by hand: loaded by the operator itself it would cost 60 MB.
  minify: true,
  sourcemap: true,
  legalComments: 'linked',
  logLevel: 'warning',
  // Some dependencies are CommonJS and ask for Node's own modules by require.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
})
